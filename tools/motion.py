"""Motions between two images as 3×3 matrices."""

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
"""3×3, (x, y, 1) in pixels of the template → pixels of the tested image; centres are whole."""

Motion = Literal["translation", "similarity", "affine", "perspective"]


def translation(dx: float, dy: float) -> Matrix:
    return np.array([[1, 0, dx], [0, 1, dy], [0, 0, 1]], np.float64)


def similarity(degrees: float, scale: float, center: tuple[float, float]) -> Matrix:
    return np.vstack([cv2.getRotationMatrix2D(center, degrees, scale), [0.0, 0.0, 1.0]])


def enlarged(motion: Matrix, factor: float) -> Matrix:
    """The motion found on images reduced `factor` times, in pixels `factor` times as small."""
    middle = (factor - 1) / 2
    zoom = np.array([[factor, 0, middle], [0, factor, middle], [0, 0, 1]], np.float64)
    return normalised(zoom @ motion @ np.linalg.inv(zoom))


def normalised(motion: Matrix) -> Matrix:
    return np.asarray(motion / motion[2, 2], np.float64)


def through(motion: Matrix, points: NDArray[np.floating | np.integer]) -> NDArray[np.float64]:
    """Points (n × 2) after the motion."""
    there = np.hstack([points, np.ones((len(points), 1))]) @ motion.T
    return np.asarray(there[:, :2] / there[:, 2:], np.float64)


def reach(motion: Matrix, size: tuple[int, int]) -> float:
    """The farthest that any corner of an image of (width, height) travels, in pixels."""
    return float(_ways(motion, size).max())


def travel(motion: Matrix, size: tuple[int, int]) -> float:
    """Root mean square of how far the corners of an image of (width, height) travel, in pixels."""
    return float(np.sqrt((_ways(motion, size) ** 2).mean()))


def _ways(motion: Matrix, size: tuple[int, int]) -> NDArray[np.float64]:
    width, height = size
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]])
    return np.asarray(np.hypot(*(through(motion, corners) - corners).T), np.float64)


def shift_at_center(motion: Matrix, size: tuple[int, int]) -> Matrix:
    """The translation that does the same to the middle of an image of (width, height)."""
    center = np.array([[(size[0] - 1) / 2, (size[1] - 1) / 2]])
    dx, dy = (through(motion, center) - center)[0]
    return translation(dx, dy)
