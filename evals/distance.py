"""How far one motion between two images is from another."""

import cv2
import numpy as np
from numpy.typing import NDArray

from foveal.tools.image import Pixels, size_of
from foveal.tools.motion import Matrix, through

_GRID = 9

_STEEP = 0.4
"""Share of the steepest slope from which a pixel counts as an edge."""

Points = NDArray[np.float64]


def across_edges_px(template: Pixels, found: Matrix, truth: Matrix) -> float:
    """Root mean square over the template's edges that a tested image of its size shows."""
    points, normals = _edges(template)
    missed = _missed(points, found, truth, size=size_of(template))
    return _root_mean_square((missed * normals).sum(1))


def everywhere_px(template: Pixels, found: Matrix, truth: Matrix) -> float:
    """The same over a grid, whether anything is there or not."""
    width, height = size_of(template)
    xs, ys = np.meshgrid(np.linspace(0, width - 1, _GRID), np.linspace(0, height - 1, _GRID))
    grid = np.stack([xs.ravel(), ys.ravel()], axis=1)
    missed = _missed(grid, found, truth, size=(width, height))
    return _root_mean_square(np.hypot(missed[:, 0], missed[:, 1]))


def _missed(points: Points, found: Matrix, truth: Matrix, *, size: tuple[int, int]) -> Points:
    """How far `found` takes template points beyond `truth`; NaN where that is outside."""
    there = through(truth, points)
    inside = (there >= 0) & (there <= np.array(size) - 1)
    missed = through(np.linalg.inv(truth) @ found, points) - points
    return np.where(inside.all(axis=1, keepdims=True), missed, np.nan)


def _edges(template: Pixels) -> tuple[Points, Points]:
    """Places of edges, and the unit vectors across them."""
    smooth = cv2.GaussianBlur(template.astype(np.float32), (0, 0), 1.5)
    slope = np.stack([cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)])
    steepness = np.hypot(*slope)
    y, x = np.nonzero(steepness > _STEEP * max(float(steepness.max()), 1.0))
    return np.stack([x, y], axis=1).astype(float), (slope[:, y, x] / steepness[y, x]).T


def _root_mean_square(values: NDArray[np.float64]) -> float:
    known = values[np.isfinite(values)]
    return float(np.sqrt((known**2).mean())) if len(known) else 0.0
