"""What circuit boards are made of: each motif fills the board it is given at random.

Conductors keep clear of each other, as a design rule check has them do: without a template, what
crosses or comes to an end in the open is all that tells a defect.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.random import Generator

from foveal.schemas.box import Box
from foveal.training.boards.copper import (
    BARE,
    COPPER,
    Mask,
    Path,
    add_clear,
    disc,
    extended,
    folds,
    offset,
    pad,
    polyline,
    rounded,
    route,
)

Motif = Callable[[Generator, Mask], None]

SMALLEST_HOLE_PX = 13
"""0.27 mm: narrower holes are seldom drilled, and are what damage looks like."""

_WIDTHS = 4, 5, 6, 8, 10, 12, 16, 24, 32, 48


def _bus(rng: Generator, board: Mask) -> None:
    """Parallel traces that bend together."""
    for _ in range(rng.integers(1, 4)):
        trace = int(rng.integers(4, 26))
        gap = int(rng.integers(6, 30))
        path = _somewhere(rng, board, route(rng, rng.uniform(80, 300), int(rng.integers(2, 8))))
        count = int(rng.integers(2, 18))
        for lane in range(count):
            lane_path = offset(path, (lane - count / 2) * (trace + gap))
            if folds(lane_path, path):
                continue
            shape = np.zeros_like(board)
            polyline(shape, lane_path, trace)
            if rng.random() < 0.25:
                pad(rng, shape, lane_path[0], max(trace, (trace + gap) // 2))
            add_clear(board, shape, gap=gap - 1)


def _traces(rng: Generator, board: Mask) -> None:
    """Single traces with pads at their ends."""
    for _ in range(rng.integers(4, 20)):
        trace = int(rng.choice(_WIDTHS))
        path = _somewhere(rng, board, route(rng, rng.uniform(30, 200), int(rng.integers(2, 6))))
        shape = np.zeros_like(board)
        polyline(shape, path, trace)
        for end in (path[0], path[-1]):
            if rng.random() < 0.8:
                pad(rng, shape, end, int(trace * rng.uniform(1.2, 2.2) + rng.integers(4, 16)))
        add_clear(board, shape, gap=int(rng.integers(6, 16)))


def _pads(rng: Generator, board: Mask) -> None:
    """A regular field of equal pads, some joined by short traces."""
    height, width = board.shape
    diameter = int(rng.integers(14, 90))
    pitch_x = int(diameter * rng.uniform(1.3, 2.6)) + 6
    pitch_y = int(diameter * rng.uniform(1.9, 2.8)) + 6
    kind_seed, joined = int(rng.integers(1 << 30)), rng.random() * 0.4
    trace = int(rng.integers(4, max(5, diameter // 2)))
    for y in range(int(rng.integers(pitch_y)), height, pitch_y):
        for x in range(int(rng.integers(pitch_x)) % max(pitch_x // 4, 1), width, pitch_x):
            pad(np.random.default_rng(kind_seed), board, np.array([x, y], float), diameter)
            if rng.random() < joined:
                step = (pitch_x, 0) if rng.random() < 0.5 else (0, pitch_y)
                polyline(board, np.array([[x, y], [x + step[0], y + step[1]]], float), trace)


def _vias(rng: Generator, board: Mask) -> None:
    """Small round pads by themselves or at the end of a trace, with or without a hole."""
    diameter, gap = int(rng.integers(14, 48)), int(rng.integers(5, 20))
    flat = rng.uniform(0.8, 1.25) if rng.random() < 0.4 else 1.0
    trace = int(rng.integers(4, max(5, diameter // 2)))
    led, drilled = rng.random() * 0.6, rng.random() < 0.4
    for _ in range(rng.integers(4, 40)):
        path = _somewhere(rng, board, route(rng, rng.uniform(20, 120), int(rng.integers(1, 4))))
        shape = np.zeros_like(board)
        if rng.random() < led:
            polyline(shape, path, trace)
            disc(shape, path[-1], diameter, flat=flat)
        disc(shape, path[0], diameter, flat=flat)
        if add_clear(board, shape, gap=gap) and drilled and diameter > 2 * SMALLEST_HOLE_PX:
            hole = max(SMALLEST_HOLE_PX, int(diameter * rng.uniform(0.35, 0.6)))
            disc(board, path[0], hole, BARE, flat=flat)


def _rings(rng: Generator, board: Mask) -> None:
    """Wide annular pads in rows, drilled off centre alike: the hole may break out at one side."""
    height, width = board.shape
    diameter, gap = int(rng.integers(44, 120)), int(rng.integers(6, 24))
    hole, trace = int(diameter * rng.uniform(0.45, 0.85)), int(rng.integers(4, 16))
    angle, astray = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.6) * (diameter - hole)
    aside = astray * np.array([np.cos(angle), np.sin(angle)])
    pitch_x, pitch_y = (int(diameter * times) for times in rng.uniform(1.3, 2.5, 2))
    kept, led = rng.uniform(0.2, 1), rng.random()
    for y in range(int(rng.integers(pitch_y)), height, pitch_y):
        for x in range(int(rng.integers(pitch_x)), width, pitch_x):
            at, shape = np.array([x, y], float), np.zeros_like(board)
            if rng.random() < led:
                polyline(shape, at + route(rng, rng.uniform(40, 150), 3), trace)
            disc(shape, at, diameter)
            if rng.random() < kept and add_clear(board, shape, gap=gap):
                disc(board, at + aside, hole, BARE)


def _combs(rng: Generator, board: Mask) -> None:
    """Straight traces with equal stubs in even steps, on one side or on both."""
    height, width = board.shape
    for _ in range(rng.integers(1, 5)):
        trace, stub = int(rng.integers(5, 30)), int(rng.integers(8, 40))
        pitch, reach = stub + int(rng.integers(8, 80)), int(rng.integers(4, 36))
        start, y = int(rng.integers(width)), int(rng.integers(height))
        end, sides = start + int(rng.integers(60, 400)), ((1,), (-1,), (-1, 1))[rng.integers(3)]
        is_wide, shape = rng.random() < 0.6, np.zeros_like(board)
        polyline(shape, np.array([[start, y], [end, y]], float), trace)
        across = stub if is_wide else stub // 2
        away = trace / 2 + reach - (stub / 2 if is_wide else 0)
        for x in range(start + stub, end - stub, pitch):
            for side in sides:
                polyline(shape, np.array([[x, y], [x, y + side * away]]), across)
        if rng.random() < 0.5:
            shape = _stood_up(shape, board)
        add_clear(board, shape, gap=int(rng.integers(6, 20)))


def _lands(rng: Generator, board: Mask) -> None:
    """Components' lands: a row on either side, each with a lead that may end in a via."""
    height, width = board.shape
    for _ in range(rng.integers(1, 8)):
        across, along = (int(v) for v in rng.integers(10, 50, 2))
        pitch, count = across + int(rng.integers(8, 30)), int(rng.integers(1, 9))
        apart, lead = int(rng.integers(12, 120)), int(rng.integers(0, 60))
        trace, radius = int(rng.integers(4, max(5, across))), int(rng.integers(0, across // 2))
        left, top = int(rng.integers(width)), int(rng.integers(height))
        shape = np.zeros_like(board)
        for x in range(left, left + count * pitch, pitch):
            for y, away in ((top, -1), (top + along + apart, 1)):
                rounded(shape, Box(x, y, x + across, y + along), radius)
                if rng.random() < 0.6:
                    start = np.array([x + across / 2, y + along / 2])
                    end = start + np.array([0, away * (along / 2 + lead)])
                    polyline(shape, np.stack([start, end]), trace)
                    if rng.random() < 0.5:
                        disc(shape, end, trace + int(rng.integers(2, 10)))
        if rng.random() < 0.5:
            shape = _stood_up(shape, board)
        add_clear(board, shape, gap=int(rng.integers(6, 20)))


def _fingers(rng: Generator, board: Mask) -> None:
    """A row of long contacts, each with its lead."""
    across = rng.random() < 0.5
    target: Mask = np.zeros(board.shape[::-1], np.uint8) if across else board
    rows, columns = target.shape
    finger = int(rng.integers(8, 60))
    pitch = finger + int(rng.integers(6, 40))
    length, top = int(rng.integers(40, max(60, rows // 2))), int(rng.integers(0, rows // 2))
    radius, lead = int(rng.integers(0, finger // 2 + 1)), int(rng.integers(4, finger))
    turned = 0 if 0.7 * pitch < lead + 6 else int(rng.integers(-1, 2))
    straight, beyond = rng.uniform(10, 60), rng.uniform(30, 120)
    away = 1 if rng.random() < 0.5 else -1
    for x in range(int(rng.integers(pitch)), columns, pitch):
        rounded(target, Box(x, top, x + finger, top + length), radius)
        if rng.random() < 0.8:
            start = np.array([x + finger / 2, top + length / 2])
            bend = start + np.array([0, away * (length / 2 + straight)])
            end = bend + np.array([turned * beyond, away * beyond])
            polyline(target, np.stack([start, bend, end]), lead)
    if across:
        board[:] = target.T


def _pour(rng: Generator, board: Mask) -> None:
    """A copper area cut by channels, some with a trace in them, with holes that hold islands."""
    height, width = board.shape
    board[:] = COPPER
    for _ in range(rng.integers(1, 7)):
        path = _somewhere(rng, board, route(rng, rng.uniform(60, 260), int(rng.integers(2, 7))))
        channel = int(rng.integers(6, 44))
        inside = channel - 2 * int(rng.integers(5, 16))
        if inside >= 4 and rng.random() < 0.6:
            via = int(channel * rng.uniform(0.6, 1.0))
            for end in (path[0], path[-1]):
                disc(board, end, via + channel - inside, BARE)
            polyline(board, path, channel, BARE)
            polyline(board, path, inside)
            for end in (path[0], path[-1]):
                disc(board, end, via)
        else:
            polyline(board, extended(path, width + height), channel, BARE)
    for _ in range(rng.integers(0, 8)):
        at = np.array([rng.integers(width), rng.integers(height)], float)
        hole = int(rng.integers(24, 80))
        disc(board, at, hole, BARE)
        if rng.random() < 0.5 and hole > 28:
            disc(board, at, int(hole * rng.uniform(0.3, 0.7)))


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
        shape = np.zeros_like(board)
        cv2.circle(shape, center, radius, COPPER, thickness)
        add_clear(board, shape, gap=int(rng.integers(5, 24)))


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
        shape = np.zeros_like(board)
        cv2.fillPoly(shape, [np.round(points).astype(np.int32)], COPPER)
        add_clear(board, shape, gap=int(rng.integers(5, 24)))


def _nothing(rng: Generator, board: Mask) -> None:
    del rng, board


def _somewhere(rng: Generator, board: Mask, path: Path) -> Path:
    """With one of its points at a random place on the board."""
    height, width = board.shape
    there = np.array([width, height]) * rng.random(2)
    return np.asarray(path + there - path[rng.integers(len(path))])


def _stood_up(shape: Mask, board: Mask) -> Mask:
    """Transposed, as much of it as the board holds."""
    turned, (height, width) = np.zeros_like(board), board.shape
    side = min(height, width)
    turned[:side, :side] = shape[:side, :side].T
    return turned


MOTIFS: tuple[Motif, ...] = (
    _bus,
    _traces,
    _pads,
    _vias,
    _rings,
    _combs,
    _lands,
    _fingers,
    _pour,
    _arcs,
    _stripes,
    _blocks,
)
BACKGROUNDS: tuple[Motif, ...] = (_bus, _traces, _pour, _pads, _vias, _nothing)
"""In the order of their shares in a layout."""
