"""Pictures of anything but a board: what an inspection must refuse to judge."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from foveal.tools.image import Pixels
from foveal.training.chunk import SURVEY_PX

_COLOURED = 0.5
_THRESHOLDED = 0.3
"""Become black and white, as boards do in most scanners."""

_JOINED = 0.15
"""Two of a kind or of different ones side by side."""

_OBJECTS = 3, 30
_STROKES = 900
_PLANE = 2 * SURVEY_PX
"""Side of what is tiled, before it is seen from somewhere."""


def draw_stranger(rng: Generator) -> Pixels:
    """Textures, objects, patterns or pages, as a camera may show them; grey or coloured."""
    levels = _scene(rng)
    if rng.random() < _JOINED:
        seam = int(rng.uniform(0.2, 0.8) * SURVEY_PX)
        levels[:, seam:] = _scene(rng)[:, seam:]
    levels = _exposed(rng, levels)
    if rng.random() < _COLOURED:
        tint = rng.uniform(0.3, 1.0, 3)
        levels = levels[..., None] * tint + _scene(rng)[..., None] * (1 - tint)
    return np.asarray(np.clip(levels, 0, 255), np.uint8)


Levels = NDArray[np.float64]
_SHAPE = (SURVEY_PX, SURVEY_PX)


def _scene(rng: Generator) -> Levels:
    return _KINDS[rng.integers(len(_KINDS))](rng)


def _exposed(rng: Generator, levels: Levels) -> Levels:
    """Contrast, gamma, light that falls off, blur and grain; at times a threshold."""
    low, high = np.percentile(levels, (1, 99))
    even = np.clip((levels - low) / max(high - low, 60), 0, 1) ** np.exp(rng.normal(0, 0.5))
    dark = rng.uniform(0, 120)
    levels = dark + even * rng.uniform(40, 255 - dark)
    if rng.random() < 0.5:
        y, x = np.mgrid[:SURVEY_PX, :SURVEY_PX] / SURVEY_PX
        away = np.hypot(x - rng.uniform(0, 1), y - rng.uniform(0, 1))
        levels = levels * (1 - rng.uniform(0, 0.8) * np.clip(away, 0, 1) ** 2)
    if rng.random() < 0.5:
        levels = np.asarray(cv2.GaussianBlur(levels, (0, 0), rng.uniform(0.3, 4)), np.float64)
    levels = levels + rng.normal(0, rng.uniform(0, 8), _SHAPE)
    if rng.random() < _THRESHOLDED:
        levels = np.where(levels > np.percentile(levels, rng.uniform(15, 85)), 255.0, 0.0)
    return np.asarray(levels, np.float64)


def _blank(rng: Generator) -> Levels:
    return np.full(_SHAPE, rng.uniform(0, 255)) + rng.normal(0, rng.uniform(0, 6), _SHAPE)


def _noise(rng: Generator) -> Levels:
    small = rng.uniform(0, 255, (int(rng.integers(32, 257)),) * 2)
    return np.asarray(cv2.resize(small, _SHAPE, interpolation=cv2.INTER_NEAREST), np.float64)


def _clouds(rng: Generator) -> Levels:
    """Noise whose power falls with frequency, as that of photographs does (Field 1987)."""
    waves = np.fft.fft2(rng.normal(size=_SHAPE))
    frequencies = np.hypot(*np.meshgrid(*(np.fft.fftfreq(SURVEY_PX),) * 2))
    frequencies[0, 0] = np.inf
    field = np.fft.ifft2(waves / frequencies ** rng.uniform(0.8, 1.8)).real
    return np.asarray(128 + rng.uniform(20, 70) * field / field.std())


def _ground(rng: Generator) -> Levels:
    """What lies behind objects: clouds or nothing."""
    return _clouds(rng) if rng.random() < 0.5 else _blank(rng)


def _turned(right: Levels, down: Levels, radii: Levels, turn: float) -> tuple[Levels, Levels]:
    """What lies so far from an ellipse's middle, in its axes: its rim is at distance 1."""
    a, b = radii
    u = (right * np.cos(turn) + down * np.sin(turn)) / a
    v = (down * np.cos(turn) - right * np.sin(turn)) / b
    return u, v


def _objects(rng: Generator) -> Levels:
    """Shaded ellipses before one another, lit from a side."""
    y, x = np.mgrid[:SURVEY_PX, :SURVEY_PX] / SURVEY_PX
    levels = _ground(rng)
    for _ in range(int(rng.integers(*_OBJECTS))):
        (cx, cy), radii = rng.uniform(0, 1, 2), rng.uniform(0.03, 0.35, 2)
        u, v = _turned(x - cx, y - cy, radii, rng.uniform(0, np.pi))
        shade = rng.uniform(0, 255) + rng.uniform(-90, 90) * u + rng.uniform(-90, 90) * v
        levels = np.where(u**2 + v**2 < 1, shade, levels)
    return np.asarray(cv2.GaussianBlur(levels, (0, 0), rng.uniform(0.4, 3)), np.float64)


def _many_alike(rng: Generator) -> Levels:
    """Coins, cells, pills or bubbles: round things of one kind with a rim."""
    y, x = np.mgrid[:SURVEY_PX, :SURVEY_PX].astype(np.float64)
    levels, size = _ground(rng), rng.uniform(6, 50)
    inside, rim, width = rng.uniform(0, 255), rng.uniform(0, 255), rng.uniform(0.05, 0.5)
    for cx, cy in rng.uniform(0, SURVEY_PX, (int(rng.integers(1, 60)), 2)):
        radii = size * rng.uniform(0.6, 1.4, 2)
        u, v = _turned(x - cx, y - cy, radii, rng.uniform(0, np.pi))
        away = u**2 + v**2
        levels = np.where(away < 1, np.where(away > 1 - width, rim, inside), levels)
    return levels


def _petals(rng: Generator) -> Levels:
    """Flowers, leaves, stars and gears: outlines that a few waves draw about a middle."""
    y, x = np.mgrid[:SURVEY_PX, :SURVEY_PX].astype(np.float64)
    levels = _ground(rng)
    for _ in range(int(rng.integers(1, 8))):
        cx, cy = rng.uniform(0, SURVEY_PX, 2)
        angle, away = np.arctan2(y - cy, x - cx), np.hypot(x - cx, y - cy)
        waves = rng.integers(1, 14, 3)[:, None, None] * angle + rng.uniform(0, 6.3, (3, 1, 1))
        outline = 1 + np.tensordot(rng.uniform(0, 0.35, 3), np.cos(waves), 1)
        reach = away / (rng.uniform(15, 130) * outline)
        shade = rng.uniform(0, 255) + rng.uniform(-120, 120) * reach
        levels = np.where(reach < 1, shade + rng.uniform(0, 40) * np.cos(waves[0]), levels)
    return np.asarray(levels, np.float64)


def _polygons(rng: Generator) -> Levels:
    """Boxes, roofs and signs: flat faces with hard edges, and lines."""
    levels = _ground(rng)
    for _ in range(int(rng.integers(*_OBJECTS))):
        middle, size = rng.uniform(0, SURVEY_PX, 2), rng.uniform(8, 120)
        corners = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 8))))
        outline = middle + size * np.stack([np.cos(corners), np.sin(corners)], axis=1)
        points = outline.astype(np.int32)
        thickness = int(rng.integers(1, 5)) if rng.random() < 0.3 else cv2.FILLED
        if thickness == cv2.FILLED:
            cv2.fillPoly(levels, [points], float(rng.uniform(0, 255)))
        else:
            cv2.polylines(levels, [points], True, float(rng.uniform(0, 255)), thickness)
    return levels


def _tiles(rng: Generator) -> Levels:
    """Chequers, bricks, windows or a table, from any side."""
    across, down = rng.integers(2, 25, 2)
    values = rng.uniform(0, 255, 2)[np.indices((down, across)).sum(0) % 2]
    values = values + rng.normal(0, rng.uniform(0, 60), values.shape)
    cell = int(np.ceil(_PLANE / min(across, down)))
    plane = np.kron(values, np.ones((cell, cell)))
    joint = int(rng.integers(0, max(2, cell // 4)))
    rows, columns = (np.arange(side) % cell < joint for side in plane.shape)
    plane[rows] = plane[:, columns] = values[0, 0] / 2
    corners = np.array([(0, 0), (_PLANE, 0), (_PLANE, _PLANE), (0, _PLANE)], np.float32)
    seen = corners / 2 + rng.normal(0, rng.uniform(0, 60), (4, 2)).astype(np.float32)
    view = cv2.getPerspectiveTransform(corners, seen.astype(np.float32))
    return np.asarray(cv2.warpPerspective(plane, view, _SHAPE, borderValue=float(values[0, 0])))


def _branches(rng: Generator) -> Levels:
    """Trees, veins, cracks or hair: curves that fork and thin out."""
    levels = _ground(rng)
    shade, bend, forks = rng.uniform(0, 255), rng.uniform(0.02, 0.3), rng.uniform(0, 0.06)
    width = rng.uniform(1, 12)
    ends = [(*rng.uniform(0, SURVEY_PX, 2), rng.uniform(0, 6.3), width) for _ in range(4)]
    for _ in range(_STROKES):
        if not ends:
            break
        x, y, turn, width = ends.pop(0)
        turn += rng.normal(0, bend)
        to = x + 5 * np.cos(turn), y + 5 * np.sin(turn)
        cv2.line(levels, (int(x), int(y)), (int(to[0]), int(to[1])), shade, max(1, round(width)))
        if width < 0.3:
            continue
        if rng.random() < forks:
            ends += [(*to, turn - 0.5, 0.75 * width), (*to, turn + 0.5, 0.75 * width)]
        else:
            ends.append((*to, turn, 0.98 * width))
    return levels


def _stripes(rng: Generator) -> Levels:
    y, x = np.mgrid[:SURVEY_PX, :SURVEY_PX]
    turn, length = rng.uniform(0, np.pi), rng.uniform(6, 80)
    wave = np.sin(2 * np.pi * (x * np.cos(turn) + y * np.sin(turn)) / length)
    return np.asarray(128 + rng.uniform(30, 120) * wave + rng.normal(0, 12, _SHAPE))


def _page(rng: Generator) -> Levels:
    paper = np.full(_SHAPE, rng.integers(180, 256), np.uint8)
    size, words = rng.uniform(0.3, 1.2), "abcdefghijklmnopqrstuvwxyz     ."
    for line in np.arange(rng.uniform(10, 40), SURVEY_PX, 30 * size + 6):
        text = "".join(rng.choice(list(words), 60))
        cv2.putText(paper, text, (8, int(line)), cv2.FONT_HERSHEY_SIMPLEX, size, 20, 1)
    return paper.astype(np.float64)


def _drawing(rng: Generator) -> Levels:
    """Lines, arcs, frames and words on an even ground: charts, signs, logos, sketches, dials."""
    ground, pen = rng.choice(256, 2, replace=False).tolist()
    paper, width = np.full(_SHAPE, ground, np.uint8), int(rng.integers(1, 7))
    for mark in rng.integers(0, 4, int(rng.integers(1, 25))):
        start, end = (rng.uniform(-0.1, 1.1, (2, 2)) * SURVEY_PX).astype(int).tolist()
        shade = pen if rng.random() < 0.8 else int(rng.integers(0, 256))
        stroke = cv2.FILLED if rng.random() < 0.2 else width
        if mark == 0:
            cv2.line(paper, start, end, shade, width)
        elif mark == 1:
            cv2.rectangle(paper, start, end, shade, stroke)
        elif mark == 2:
            turn, first, last = rng.uniform(-360, 360, 3)
            cv2.ellipse(paper, start, np.abs(end).tolist(), turn, first, last, shade, stroke)
        else:
            letters = "".join(map(chr, rng.integers(33, 127, int(rng.integers(1, 12)))))
            font, size = int(rng.integers(0, 8)), rng.uniform(0.4, 6)
            cv2.putText(paper, letters, start, font, size, shade, width)
    return paper.astype(np.float64)


_KINDS: tuple[Callable[[Generator], Levels], ...] = (
    _blank,
    _noise,
    _clouds,
    _objects,
    _many_alike,
    _petals,
    _polygons,
    _tiles,
    _branches,
    _stripes,
    _page,
    _drawing,
)
