"""Pictures of anything but a board: what an inspection must refuse to judge."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from foveal.tools.image import Pixels
from foveal.training.chunk import SURVEY_PX

_COLOURED = 0.5
_OBJECTS = 3, 30


def draw_stranger(rng: Generator) -> Pixels:
    """Blank, noise, clouds, blurred objects, stripes or a page of text; grey or coloured."""
    draw = _KINDS[rng.integers(len(_KINDS))]
    levels = draw(rng)
    if rng.random() < _COLOURED:
        tint = rng.uniform(0.3, 1.0, 3)
        levels = levels[..., None] * tint + draw(rng)[..., None] * (1 - tint)
    return np.asarray(np.clip(levels, 0, 255), np.uint8)


Levels = NDArray[np.float64]
_SHAPE = (SURVEY_PX, SURVEY_PX)


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


def _objects(rng: Generator) -> Levels:
    """Shaded ellipses before one another, lit from a side."""
    y, x = np.mgrid[:SURVEY_PX, :SURVEY_PX] / SURVEY_PX
    levels = _clouds(rng)
    for _ in range(int(rng.integers(*_OBJECTS))):
        (cx, cy), (a, b) = rng.uniform(0, 1, 2), rng.uniform(0.03, 0.35, 2)
        turn = rng.uniform(0, np.pi)
        u = ((x - cx) * np.cos(turn) + (y - cy) * np.sin(turn)) / a
        v = ((y - cy) * np.cos(turn) - (x - cx) * np.sin(turn)) / b
        shade = rng.uniform(0, 255) + rng.uniform(-90, 90) * u + rng.uniform(-90, 90) * v
        levels = np.where(u**2 + v**2 < 1, shade, levels)
    return np.asarray(cv2.GaussianBlur(levels, (0, 0), rng.uniform(0.4, 3)), np.float64)


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


_KINDS: tuple[Callable[[Generator], Levels], ...] = (
    _blank,
    _noise,
    _clouds,
    _objects,
    _objects,
    _stripes,
    _page,
)
