"""Edge pixels of an image: the ones that say where it lies."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from foveal.tools.motion import Matrix
from foveal.tools.tone import Grey

Floats = NDArray[np.float32]

_MOST = 2000
"""Enough for a hundredth of a pixel, and products stay below what BLAS splits over threads."""

FEWEST_EDGES = 40
"""Below this, eight unknowns of motion and two of exposure are not determined."""

BORDER_PX = 2
"""Left out along the border, where gradients are made up."""

_STEEP = 0.2
"""Share of the steepest gradient from which a pixel counts as an edge."""


@dataclass(frozen=True, eq=False)
class Edges:
    """Level and gradient of edge pixels; `unit` takes their `place`, −1 to 1, to pixels."""

    level: Floats
    gradient: Floats
    place: Floats
    unit: Matrix

    @classmethod
    def of(cls, image: Grey) -> Self:
        across_down = gradient(image)
        y, x = _steep((across_down**2).sum(axis=0))
        unit = _unit(image)
        place = np.stack([x - unit[0, 2], y - unit[1, 2]]) / unit[0, 0]
        return cls(image[y, x], across_down[:, y, x], place.astype(np.float32), unit)

    @cached_property
    def steepness(self) -> Floats:
        """Levels per pixel across the edge."""
        return np.asarray(np.hypot(*self.gradient), np.float32)

    @property
    def few(self) -> bool:
        """Too few to tell how the image moved."""
        return len(self.level) < FEWEST_EDGES


def gradient(image: MatLike) -> Grey:
    """Levels per pixel across and down (Sobel), 2 × height × width."""
    slopes = np.empty((2, *image.shape), np.float32)
    cv2.Sobel(image, cv2.CV_32F, 1, 0, dst=slopes[0], scale=1 / 8)
    cv2.Sobel(image, cv2.CV_32F, 0, 1, dst=slopes[1], scale=1 / 8)
    return slopes


def _steep(squared: Grey) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of edge pixels, thinned out evenly."""
    squared[:BORDER_PX] = squared[-BORDER_PX:] = 0
    squared[:, :BORDER_PX] = squared[:, -BORDER_PX:] = 0
    steep = np.flatnonzero(squared > max(_STEEP**2 * float(squared.max()), 1.0))
    y, x = np.divmod(steep[:: len(steep) // _MOST + 1], squared.shape[1])
    return y, x


def _unit(image: Grey) -> Matrix:
    height, width = image.shape
    half = max(width, height) / 2
    return np.array([[half, 0, (width - 1) / 2], [0, half, (height - 1) / 2], [0, 0, 1]])
