"""What pictures show where: rows of kind and corners x1, y1, x2, y2, in pixels or from 0 to 1."""

import numpy as np
from numpy.typing import NDArray

from foveal.schemas.box import Box

NOTHING = np.empty((0, 5), np.float32)

SHOWN, HIDDEN = 0.6, 0.15
"""Shares of a defect inside a frame from which on it counts, and up to which it does not."""


def per_side(length: float) -> NDArray[np.float32]:
    """What truths in pixels are divided by to run from 0 to 1."""
    return np.array([1, *[length] * 4], np.float32)


def shown_in(truths: NDArray[np.float32], frame: Box) -> NDArray[np.float32]:
    """Those that a square frame shows, over its side; their corners may leave it."""
    corner = np.array([0, frame.x1, frame.y1, frame.x1, frame.y1], np.float32)
    shown = truths[share_inside(truths, frame) >= SHOWN]
    return np.asarray((shown - corner) / per_side(frame.width), np.float32)


def clipped(truths: NDArray[np.float32]) -> NDArray[np.float32]:
    """With corners from 0 to 1."""
    return np.concatenate([truths[:, :1], np.clip(truths[:, 1:], 0, 1)], axis=1)


def shows_halves(truths: NDArray[np.float32], frame: Box) -> bool:
    inside = share_inside(truths, frame)
    return bool(((inside > HIDDEN) & (inside < SHOWN)).any())


def share_inside(truths: NDArray[np.floating], box: Box) -> NDArray[np.floating]:
    """Share of each that lies in the box."""
    low = np.maximum(truths[:, 1:3], (box.x1, box.y1))
    high = np.minimum(truths[:, 3:5], (box.x2, box.y2))
    seen = np.maximum(high - low, 0).prod(axis=1)
    return np.asarray(seen / (truths[:, 3:5] - truths[:, 1:3]).prod(axis=1))


def nearest_first(truths: NDArray[np.float32]) -> NDArray[np.float32]:
    """To the middle; corners from 0 to 1."""
    middles = (truths[:, 1:3] + truths[:, 3:5]) / 2
    nearest = np.linalg.norm(middles - 0.5, axis=1).argsort(kind="stable")
    return np.asarray(truths[nearest], np.float32)


def from_the_top(truths: NDArray[np.float32]) -> NDArray[np.float32]:
    return truths[np.lexsort((truths[:, 1], truths[:, 2]))]
