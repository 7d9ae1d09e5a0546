"""Marks with the shapes that damaged or stray copper takes: smears, blobs, scratches, drops."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.random import Generator

from foveal.training.boards.copper import Mask, Path


def curve(rng: Generator, start: Path, end: Path, *, sag: float) -> Path:
    """Points from start to end, bowed and shaken sideways by up to `sag` of the length."""
    t = np.linspace(0, 1, 9)[:, None]
    step = end - start
    side = np.array([-step[1], step[0]])
    bow = rng.uniform(-sag, sag) * np.sin(np.pi * t) + rng.normal(0, sag / 6, t.shape)
    bow[0] = bow[-1] = 0
    return np.asarray(start + t * step + bow * side)


def paint(rng: Generator, shape: tuple[int, int], path: Path, width: float) -> Mask:
    """A mark of a random style along the path, about `width` pixels wide."""
    style = _STYLES[rng.choice(len(_STYLES), p=_WEIGHTS)]
    mask: Mask = np.zeros(shape, np.uint8)
    style(rng, mask, path, width)
    return mask


def _line(mask: Mask, path: Path, width: float) -> None:
    # Eight subpixel bits keep thin strokes from snapping to whole pixels.
    points = np.round(path * 8).astype(np.int32)
    cv2.polylines(mask, [points], False, 1, max(1, round(width)), cv2.LINE_8, 3)


def _solid(rng: Generator, mask: Mask, path: Path, width: float) -> None:
    del rng
    _line(mask, path, width)


def _swelling(rng: Generator, mask: Mask, path: Path, width: float) -> None:
    """A stroke whose width varies, as a brush or a drop of etchant leaves it."""
    widths = width * rng.uniform(0.5, 1.7, len(path) - 1)
    for start, end, local in zip(path[:-1], path[1:], widths, strict=True):
        _line(mask, np.stack([start, end]), local)


def _tadpole(rng: Generator, mask: Mask, path: Path, width: float) -> None:
    _line(mask, path, width * 0.6)
    x, y = (int(v) for v in path[0 if rng.random() < 0.5 else -1])
    cv2.circle(mask, (x, y), max(2, round(width * rng.uniform(0.6, 1.1))), 1, -1)


def _blob(rng: Generator, mask: Mask, path: Path, width: float) -> None:
    """An ellipse over the path with a ragged outline."""
    middle, reach = path.mean(0), float(np.linalg.norm(path[-1] - path[0]))
    axes = max(2, round(reach / 2 + width / 4)), max(2, round(width * rng.uniform(0.5, 1.2)))
    step = path[-1] - path[0]
    angle = float(np.degrees(np.arctan2(step[1], step[0])))
    center = (round(middle[0]), round(middle[1]))
    outline = np.asarray(cv2.ellipse2Poly(center, axes, round(angle), 0, 360, 20))
    shaken = outline + rng.normal(0, min(axes) * 0.12, outline.shape)
    cv2.fillPoly(mask, [np.round(shaken).astype(np.int32)], 1)


def _scribble(rng: Generator, mask: Mask, path: Path, width: float) -> None:
    """Thin lines that wander back and forth along the path."""
    passes = int(rng.integers(2, 6))
    for _ in range(passes):
        shaken = path + rng.normal(0, width * 0.35, path.shape)
        _line(mask, shaken, rng.choice([1, 1, 2]))


def _hatch(rng: Generator, mask: Mask, path: Path, width: float) -> None:
    """Short thin lines across the path."""
    step = path[-1] - path[0]
    side = np.array([-step[1], step[0]]) / max(float(np.linalg.norm(step)), 1.0)
    _line(mask, path, 1)
    for point in path[:: int(rng.integers(1, 3))]:
        half = width * rng.uniform(0.4, 0.9)
        _line(mask, np.stack([point - half * side, point + half * side]), rng.choice([1, 1, 2]))


def _spray(rng: Generator, mask: Mask, path: Path, width: float) -> None:
    """Dots scattered about the path, dense enough to touch."""
    for _ in range(int(len(path) * rng.uniform(2, 5))):
        x, y = path[rng.integers(len(path))] + rng.normal(0, width * 0.3, 2)
        cv2.circle(mask, (round(x), round(y)), int(rng.integers(1, 3)), 1, -1)


def _worn(rng: Generator, mask: Mask, path: Path, width: float) -> None:
    """A solid stroke with grains missing."""
    _line(mask, path, width)
    grains = rng.random(mask.shape) < rng.uniform(0.1, 0.35)
    mask[grains] = 0


def _dabs(rng: Generator, mask: Mask, path: Path, width: float) -> None:
    """Drops of one size that ran together."""
    radius = max(2, round(width / 2))
    _line(mask, path, max(1.0, width * rng.uniform(0.3, 1)))
    for point in path[rng.integers(len(path), size=rng.integers(1, 6))]:
        x, y = point + rng.normal(0, radius * 0.5, 2)
        cv2.circle(mask, (round(x), round(y)), radius, 1, -1)


def _angular(rng: Generator, mask: Mask, path: Path, width: float) -> None:
    """A piece of film or of a trace: a bend, and at times a bar across an end."""
    start, end = path[0], path[-1]
    bend = np.array([start[0], end[1]] if rng.random() < 0.5 else [end[0], start[1]])
    stroke = width * rng.uniform(0.4, 0.8)
    _line(mask, np.stack([start, bend, end]), stroke)
    for at in (start, end):
        if rng.random() < 0.3:
            half = rng.uniform(0.6, 1.4) * width * np.eye(2)[rng.integers(2)]
            _line(mask, np.stack([at - half, at + half]), stroke)


_STYLES: tuple[Callable[[Generator, Mask, Path, float], None], ...] = (
    _solid,
    _swelling,
    _tadpole,
    _blob,
    _scribble,
    _hatch,
    _spray,
    _worn,
    _dabs,
    _angular,
)
_WEIGHTS = (0.23, 0.15, 0.07, 0.12, 0.1, 0.04, 0.05, 0.06, 0.11, 0.07)
