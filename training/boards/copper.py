"""Copper as a mask, and the shapes that boards draw it in."""

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from foveal.schemas.box import Box

Mask = NDArray[np.uint8]
"""Height × width, 1 where there is copper."""

Path = NDArray[np.float64]
"""n × 2 points (x, y) in pixels."""

COPPER, BARE = 1, 0


def polyline(board: Mask, points: Path, width: int, value: int = COPPER) -> None:
    cv2.polylines(board, [np.round(points).astype(np.int32)], False, value, width)


def route(rng: Generator, length: float, bends: int) -> Path:
    """A path in steps of 45°, as traces are routed, starting at the origin."""
    angle, point = rng.integers(8) * np.pi / 4, np.zeros(2)
    points = [point]
    for _ in range(bends):
        point = point + length * rng.uniform(0.3, 1.2) * np.array([np.cos(angle), np.sin(angle)])
        points.append(point)
        angle += rng.choice([-1, 1, -1, 1, 2, -2]) * np.pi / 4
    return np.array(points)


def offset(points: Path, distance: float) -> Path:
    """The path moved sideways, with mitred corners, so that a bus keeps its pitch round bends."""
    steps = np.diff(points, axis=0)
    normals = np.stack([-steps[:, 1], steps[:, 0]], 1) / np.linalg.norm(steps, axis=1)[:, None]
    before, after = np.vstack([normals[:1], normals]), np.vstack([normals, normals[-1:]])
    middle = before + after
    middle /= np.maximum((middle * before).sum(1, keepdims=True), 0.3)
    return np.asarray(points + distance * middle, np.float64)


def extended(points: Path, by: float) -> Path:
    """The path with its first and its last piece made longer."""
    first, last = points[0] - points[1], points[-1] - points[-2]
    start, end = (piece / max(float(np.linalg.norm(piece)), 1e-6) for piece in (first, last))
    return np.vstack([points[0] + by * start, points, points[-1] + by * end])


def folds(moved: Path, points: Path) -> bool:
    """Whether a path moved sideways runs backwards somewhere, inside a bend too tight for it."""
    return bool((np.diff(moved, axis=0) * np.diff(points, axis=0)).sum(1).min() <= 0)


def add_clear(board: Mask, shape: Mask, *, gap: int) -> bool:
    """Add the shape, unless it came within `gap` pixels of copper that is there."""
    around = cv2.dilate(shape, np.ones((2 * gap + 1, 2 * gap + 1), np.uint8))
    if np.any(board[around > 0]):
        return False
    board |= shape
    return True


def disc(board: Mask, at: Path, diameter: int, value: int = COPPER, *, flat: float = 1.0) -> None:
    """Round, or `flat` times as high as wide."""
    center = (round(float(at[0])), round(float(at[1])))
    axes = max(1, diameter // 2), max(1, round(flat * diameter / 2))
    cv2.ellipse(board, center, axes, 0, 0, 360, value, -1)


def pad(rng: Generator, board: Mask, at: Path, diameter: int) -> None:
    """A round, rectangular, rounded or annular pad around one point."""
    x, y = (int(v) for v in np.round(at))
    radius = max(diameter // 2, 3)
    kind = ("round", "rectangular", "rounded", "annular")[rng.integers(4)]
    if kind == "rectangular":
        tall = radius * rng.uniform(0.6, 1.8)
        corners = (x - radius, int(y - tall)), (x + radius, int(y + tall))
        cv2.rectangle(board, *corners, COPPER, -1)
    elif kind == "rounded":
        top = y - int(radius * 1.4)
        rounded(board, Box(x - radius, top, x + radius, top + int(2.8 * radius)), radius // 2)
    else:
        cv2.circle(board, (x, y), radius, COPPER, -1)
        if kind == "annular" and radius > 8:
            cv2.circle(board, (x, y), int(radius * rng.uniform(0.3, 0.65)), BARE, -1)


def rounded(board: Mask, box: Box, radius: int) -> None:
    """A rectangle with round corners; the box's far edges are included."""
    radius = max(0, min(radius, box.width // 2 - 1, box.height // 2 - 1))
    cv2.rectangle(board, (box.x1 + radius, box.y1), (box.x2 - radius, box.y2), COPPER, -1)
    cv2.rectangle(board, (box.x1, box.y1 + radius), (box.x2, box.y2 - radius), COPPER, -1)
    for x in (box.x1 + radius, box.x2 - radius):
        for y in (box.y1 + radius, box.y2 - radius):
            cv2.circle(board, (x, y), radius, COPPER, -1)
