"""What circuit boards are made of: each motif fills the board it is given at random."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.random import Generator

from foveal.schemas.box import Box
from foveal.training.boards.copper import BARE, COPPER, Mask, offset, pad, polyline, rounded, route

Motif = Callable[[Generator, Mask], None]


def _bus(rng: Generator, board: Mask) -> None:
    """Parallel traces that bend together."""
    height, width = board.shape
    for _ in range(rng.integers(1, 4)):
        trace = int(rng.integers(4, 26))
        pitch = trace + int(rng.integers(6, 30))
        path = route(rng, rng.uniform(80, 300), int(rng.integers(2, 8)))
        path += np.array([width, height]) * rng.random(2) - path[rng.integers(len(path))]
        count = int(rng.integers(2, 18))
        for lane in range(count):
            lane_path = offset(path, (lane - count / 2) * pitch)
            polyline(board, lane_path, trace)
            if rng.random() < 0.25:
                pad(rng, board, lane_path[0], max(trace, pitch // 2))


def _traces(rng: Generator, board: Mask) -> None:
    """Single traces that keep clear of each other, with pads at their ends."""
    height, width = board.shape
    for _ in range(rng.integers(3, 14)):
        trace = int(rng.choice([4, 5, 6, 8, 10, 12, 16, 24, 32, 48]))
        path = route(rng, rng.uniform(30, 200), int(rng.integers(2, 6)))
        path += np.array([width, height]) * rng.random(2) - path[0]
        clear = trace + 2 * int(rng.integers(6, 16))
        polyline(board, path, clear, BARE)
        polyline(board, path, trace)
        for end in (path[0], path[-1]):
            if rng.random() < 0.7:
                pad(rng, board, end, int(trace * rng.uniform(1.2, 2.2) + rng.integers(4, 16)))


def _pads(rng: Generator, board: Mask) -> None:
    """A regular field of equal pads, some joined by short traces."""
    height, width = board.shape
    diameter = int(rng.integers(14, 90))
    pitch_x, pitch_y = (int(diameter * rng.uniform(1.3, 2.6)) + 6 for _ in range(2))
    kind_seed, joined = int(rng.integers(1 << 30)), rng.random() * 0.4
    trace = int(rng.integers(4, max(5, diameter // 2)))
    for y in range(int(rng.integers(pitch_y)), height, pitch_y):
        for x in range(int(rng.integers(pitch_x)) % max(pitch_x // 4, 1), width, pitch_x):
            pad(np.random.default_rng(kind_seed), board, np.array([x, y], float), diameter)
            if rng.random() < joined:
                step = (pitch_x, 0) if rng.random() < 0.5 else (0, pitch_y)
                polyline(board, np.array([[x, y], [x + step[0], y + step[1]]], float), trace)


def _fingers(rng: Generator, board: Mask) -> None:
    """A row of long contacts, each with its lead."""
    height, width = board.shape
    across = rng.random() < 0.5
    target: Mask = np.zeros((width, height), np.uint8) if across else board
    rows, columns = target.shape
    finger = int(rng.integers(8, 60))
    pitch = finger + int(rng.integers(6, 40))
    length, top = int(rng.integers(40, max(60, rows // 2))), int(rng.integers(0, rows // 2))
    radius, lead = int(rng.integers(0, finger // 2 + 1)), int(rng.integers(4, finger))
    for x in range(int(rng.integers(pitch)), columns, pitch):
        rounded(target, Box(x, top, x + finger, top + length), radius)
        if rng.random() < 0.8:
            end = np.array([x + finger / 2, top + (length if rng.random() < 0.5 else 0)])
            path = end + route(rng, rng.uniform(30, 120), 2)
            polyline(target, path, lead)
    if across:
        board[:] = target.T


def _pour(rng: Generator, board: Mask) -> None:
    """A copper area cut by channels, with drilled holes and windows that hold islands."""
    height, width = board.shape
    board[:] = COPPER
    for _ in range(rng.integers(1, 7)):
        path = route(rng, rng.uniform(60, 260), int(rng.integers(2, 7)))
        path += np.array([width, height]) * rng.random(2) - path[0]
        polyline(board, path, int(rng.integers(6, 44)), BARE)
    for _ in range(rng.integers(0, 8)):
        x, y = int(rng.integers(width)), int(rng.integers(height))
        hole = int(rng.integers(5, 40))
        cv2.circle(board, (x, y), hole, BARE, -1)
        if rng.random() < 0.5 and hole > 14:
            cv2.circle(board, (x, y), int(hole * rng.uniform(0.3, 0.7)), COPPER, -1)


def _arcs(rng: Generator, board: Mask) -> None:
    """Large round copper and rings, of which a crop shows only a curved edge."""
    height, width = board.shape
    for _ in range(rng.integers(1, 4)):
        center = (
            int(rng.integers(-width // 2, width * 3 // 2)),
            int(rng.integers(-height // 2, height * 3 // 2)),
        )
        radius = int(rng.integers(40, max(60, width)))
        thickness = -1 if rng.random() < 0.4 else int(rng.integers(5, 60))
        cv2.circle(board, center, radius, COPPER, thickness)


def _stripes(rng: Generator, board: Mask) -> None:
    """Straight parallel traces at any angle."""
    height, width = board.shape
    trace = int(rng.integers(4, 40))
    pitch = trace + int(rng.integers(6, 40))
    angle = rng.choice([0, np.pi / 4, np.pi / 2, 3 * np.pi / 4, rng.uniform(0, np.pi)])
    along, across = (
        np.array([np.cos(angle), np.sin(angle)]),
        np.array([-np.sin(angle), np.cos(angle)]),
    )
    reach, middle = float(width + height), np.array([width, height]) / 2
    for distance in np.arange(-reach / 2, reach / 2, pitch):
        ends = middle + distance * across + np.array([[-reach], [reach]]) * along
        polyline(board, ends, trace)


def _blocks(rng: Generator, board: Mask) -> None:
    """Odd polygons: component lands, letters, shields."""
    height, width = board.shape
    for _ in range(rng.integers(1, 8)):
        center = np.array([width, height]) * rng.random(2)
        corners = int(rng.integers(3, 8))
        angles = np.sort(rng.uniform(0, 2 * np.pi, corners))
        radii = rng.uniform(15, 110, corners)[:, None]
        points = center + radii * np.stack([np.cos(angles), np.sin(angles)], 1)
        cv2.fillPoly(board, [np.round(points).astype(np.int32)], COPPER)


def _nothing(rng: Generator, board: Mask) -> None:
    del rng, board


MOTIFS: tuple[Motif, ...] = (
    _bus,
    _traces,
    _pads,
    _fingers,
    _pour,
    _arcs,
    _stripes,
    _blocks,
)
BACKGROUNDS: tuple[Motif, ...] = (_bus, _traces, _pour, _pads, _nothing)
"""In the order of their shares in a layout."""
