"""Places on a board that can be damaged, and what of the board is around them."""

from dataclasses import dataclass
from typing import Any, Self

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from foveal.training.boards.copper import Mask

Vector = NDArray[np.float64]
"""(x, y) in pixels."""

_RIM_PX = 24
"""Along the border of a window no place is picked, so that a defect has room."""

_AROUND_PX, _NEARLY = 41, 0.8
"""In the middle is what is nearly as deep as the deepest place in a square of this side."""


@dataclass(frozen=True, eq=False)
class Site:
    """A place in a window of the board; `field` is 1 on what gets damaged there."""

    field: Mask
    depth: NDArray[np.float32]
    """Distance in pixels from each place in the field to its edge."""

    center: Vector

    @classmethod
    def pick(cls, rng: Generator, field: Mask, *, shallowest: float, deepest: float) -> Self | None:
        """A random place in the middle of the window whose depth lies in the given range."""
        depth = _depth(field)
        fits = _without_rim((depth >= shallowest) & (depth <= deepest))
        return cls._among(rng, field, depth, fits)

    @classmethod
    def in_middle(cls, rng: Generator, field: Mask, *, shallowest: float) -> Self | None:
        """A place about as deep as any around: each pad, conductor or opening is as likely."""
        depth = _depth(field)
        deepest = cv2.dilate(depth, np.ones((_AROUND_PX, _AROUND_PX), np.uint8))
        middles = _without_rim((depth >= shallowest) & (depth >= _NEARLY * deepest))
        count, pieces = cv2.connectedComponents(middles.astype(np.uint8))
        if count == 1:  # the background
            return None
        return cls._among(rng, field, depth, pieces == rng.integers(1, count))

    @classmethod
    def _among(
        cls, rng: Generator, field: Mask, depth: NDArray[np.float32], places: NDArray[np.bool_]
    ) -> Self | None:
        """One of these places, of which the rim is taken off."""
        ys, xs = np.nonzero(places)
        if not len(xs):
            return None
        pick = rng.integers(len(xs))
        return cls(field, depth, np.array([xs[pick], ys[pick]], float) + _RIM_PX)

    @property
    def shape(self) -> tuple[int, int]:
        return self.field.shape[0], self.field.shape[1]

    def room(self) -> float:
        """Pixels from the place to the nearest edge."""
        x, y = (int(v) for v in self.center)
        return float(self.depth[y, x])

    def inward(self) -> Vector:
        """Unit vector from the edge into the field, from the slope of the depth around."""
        x, y = (int(v) for v in self.center)
        around = self.depth[y - 4 : y + 5, x - 4 : x + 5]
        slope_y, slope_x = np.gradient(around)
        slope = np.array([slope_x.mean(), slope_y.mean()], float)
        return np.asarray(slope / max(float(np.linalg.norm(slope)), 1e-6))

    def across(self, direction: Vector, *, limit: int) -> int:
        """Pixels to walk through the field before leaving it."""
        steps = np.round(self.center + np.arange(1, limit)[:, None] * direction).astype(int)
        inside = ((steps >= 0) & (steps < self.shape)).all(1)
        steps = steps[: int(inside.argmin()) if not inside.all() else None]
        left = np.nonzero(self.field[steps[:, 1], steps[:, 0]] == 0)[0]
        return int(left[0]) + 1 if len(left) else limit


def _depth(field: Mask) -> NDArray[np.float32]:
    return np.asarray(cv2.distanceTransform(field, cv2.DIST_L2, 3), np.float32)


def _without_rim(window: NDArray[Any]) -> NDArray[Any]:
    return window[_RIM_PX:-_RIM_PX, _RIM_PX:-_RIM_PX]
