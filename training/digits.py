"""Digits drawn to be read: what a model that does not see cannot guess."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.random import Generator

from foveal.tools.image import Pixels
from foveal.training.crops import VIEW_PX


class Digit(NamedTuple):
    pixels: Pixels
    corners: tuple[float, float, float, float]
    """x1, y1, x2, y2 from 0 to 1."""


def draw_digit(rng: Generator, digit: int) -> Digit:
    """A digit of random size, place, weight and shade."""
    dark = rng.random() < 0.5
    paper, ink = (int(v) for v in (rng.integers(170, 256), rng.integers(0, 90)))
    if dark:
        paper, ink = ink, paper
    pixels = np.full((VIEW_PX, VIEW_PX), paper, np.uint8)
    scale, weight = float(rng.uniform(2.2, 3.6)), int(rng.integers(3, 9))
    font = int(rng.choice([cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX]))
    (width, height), _ = cv2.getTextSize(str(digit), font, scale, weight)
    x = int(rng.integers(4, VIEW_PX - width - 4))
    y = int(rng.integers(height + 4, VIEW_PX - 4))
    cv2.putText(pixels, str(digit), (x, y), font, scale, ink, weight, cv2.LINE_AA)
    noise = rng.normal(0, rng.uniform(0, 12), pixels.shape)
    corners = x / VIEW_PX, (y - height) / VIEW_PX, (x + width) / VIEW_PX, y / VIEW_PX
    return Digit(np.clip(pixels + noise, 0, 255).astype(np.uint8), corners)
