"""How far what moves in a video was carried from one frame to a later one."""

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from foveal.tools.image import Pixels

Shift = tuple[float, float]
"""Right and down, in pixels."""

_CORNERS, _FEWEST = 80, 8
_APART_PX = 4

_WINDOW, _LEVELS = (15, 15), 3
"""Follows about 120 px of the frames given, which are halved first."""

_BACK_PX = 1.0
"""A corner that is followed there and back ends no further off (Kalal et al. 2010, median flow)."""

_AGREE_PX, _AGREEING = 2.0, 0.6
"""This share of the corners is carried as far as the middle one, to within so many pixels."""


def displacement(before: Pixels, after: Pixels, changed: Pixels) -> Shift | None:
    """Of what is seen where `changed` is above 0; None where corners do not agree on one."""
    before, after = _halved(before), _halved(after)
    near = cv2.dilate(changed[::2, ::2], np.ones((3, 3), np.uint8))
    near = near[: before.shape[0], : before.shape[1]]
    corners = _corners(before, near)
    if len(corners) < _FEWEST:
        return None
    there = _flow(before, after, corners)
    back = _flow(after, before, there)
    kept = np.abs(back - corners).max(axis=(1, 2)) < _BACK_PX
    if np.count_nonzero(kept) < _FEWEST:
        return None
    ways = (there - corners)[kept, 0]
    middle = np.median(ways, axis=0)
    agreeing = np.abs(ways - middle).max(axis=1) < _AGREE_PX
    if agreeing.mean() < _AGREEING:
        return None
    x, y = ways[agreeing].mean(axis=0)
    return 2 * float(x), 2 * float(y)


def _corners(pixels: Pixels, mask: MatLike) -> NDArray[np.float32]:
    """n × 1 × 2; OpenCV says None for none, which its annotations do not."""
    found: MatLike | None = cv2.goodFeaturesToTrack(pixels, _CORNERS, 0.01, _APART_PX, mask=mask)
    return np.zeros((0, 1, 2), np.float32) if found is None else np.asarray(found, np.float32)


def _halved(pixels: Pixels) -> Pixels:
    width, height = max(1, pixels.shape[1] // 2), max(1, pixels.shape[0] // 2)
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _flow(before: Pixels, after: Pixels, points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Where the points (n × 1 × 2) went; far off where that is unknown."""
    went, found, _ = cv2.calcOpticalFlowPyrLK(
        before, after, points, points.copy(), winSize=_WINDOW, maxLevel=_LEVELS
    )
    return np.where(found[..., None] > 0, went, np.float32(1e6)).astype(np.float32)
