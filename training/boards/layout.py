"""Copper layouts drawn at random, from the motifs that circuit boards are made of."""

from typing import Any

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from foveal.training.boards.copper import BARE, Mask, disc
from foveal.training.boards.leftovers import clear_leftovers
from foveal.training.boards.motifs import BACKGROUNDS, MOTIFS, SMALLEST_HOLE_PX, Motif
from foveal.training.boards.pour import pour_between

_SMALL_SHARE, _SMALL_PX = 0.05, 90
"""Of the board's ground and in length, up to which a conductor is small."""

_ENLARGED, _MOST_ENLARGED = 0.3, 3.5
"""Share of boards whose conductors are wider than usual, and how many times at most."""

_POURED = 0.35
"""Share of boards on which copper fills what conductors leave free."""


def draw_layout(rng: Generator, size: int) -> Mask:
    """A square board of `size` pixels, of fine conductors or of wide ones."""
    times = np.exp(rng.uniform(0, np.log(_MOST_ENLARGED))) if rng.random() < _ENLARGED else 1.0
    board = _laid_out(rng, round(size / times))
    return board if times == 1 else _enlarged(board, size)


def _laid_out(rng: Generator, size: int) -> Mask:
    """A background and a few motifs, each with a clearance; perhaps poured copper between them."""
    board: Mask = np.zeros((size, size), np.uint8)
    background = BACKGROUNDS[rng.choice(len(BACKGROUNDS), p=[0.25, 0.25, 0.2, 0.1, 0.1, 0.1])]
    background(rng, board)
    for _ in range(rng.integers(1, 10)):
        _place(rng, board, MOTIFS[rng.integers(len(MOTIFS))])
    # What clearances leave of copper between them would not survive etching.
    board = np.asarray(cv2.morphologyEx(board, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), np.uint8)
    if rng.random() < _POURED:
        pour_between(rng, board)
    clear_leftovers(board)
    if rng.random() < 0.4:
        _drill(rng, board)
    if rng.random() < 0.12:
        board = (1 - board).astype(np.uint8)
    return board


def _enlarged(board: Mask, size: int) -> Mask:
    """To `size` × `size` pixels; blurred first, so that slopes are lines and not stairs."""
    soft = cv2.GaussianBlur(board.astype(np.float32), (0, 0), 0.8)
    large = cv2.resize(soft, (size, size), interpolation=cv2.INTER_CUBIC)
    return np.asarray(large > 0.5, np.uint8)


def _place(rng: Generator, board: Mask, motif: Motif) -> None:
    """Draw the motif somewhere, with a clearance to what was there.

    Small conductors that the clearance would cut are mostly taken away whole.
    """
    size = board.shape[0]
    width, height = rng.integers(size // 5, size * 3 // 4, 2)
    x, y = (
        rng.integers(-width // 3, size - width // 2),
        rng.integers(-height // 3, size - height // 2),
    )
    x1, y1, x2, y2 = max(x, 0), max(y, 0), min(x + width, size), min(y + height, size)
    if min(x2 - x1, y2 - y1) < 48:
        return
    clearing = np.zeros((y2 - y1, x2 - x1), np.uint8)
    motif(rng, clearing)
    without_halves(clearing, at_rim=(x1 == 0, y1 == 0, x2 == size, y2 == size))
    gap = int(rng.integers(5, 24))
    cleared = cv2.dilate(clearing, np.ones((2 * gap + 1, 2 * gap + 1), np.uint8))
    window = board[y1:y2, x1:x2]
    if rng.random() < 0.8:
        _, pieces, statistics, _ = cv2.connectedComponentsWithStats(board, connectivity=4)
        small = statistics[:, cv2.CC_STAT_AREA] < _SMALL_SHARE * board.size
        cut = pieces[y1:y2, x1:x2][(cleared > 0) & (window > 0)]
        _take_away(board, pieces, small, cut)
    window[:] = np.where(cleared, clearing, window)


def without_halves(motif: Mask, *, at_rim: tuple[bool, bool, bool, bool]) -> None:
    """Take away small conductors that end at a side where the board goes on.

    `at_rim` says of left, top, right and bottom whether the board ends there too.
    """
    left, top, right, bottom = at_rim
    _, pieces, statistics, _ = cv2.connectedComponentsWithStats(motif, connectivity=4)
    small = statistics[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(1) < _SMALL_PX
    sides = (left, pieces[:, 0]), (top, pieces[0]), (right, pieces[:, -1]), (bottom, pieces[-1])
    for is_rim, side in sides:
        if not is_rim:
            _take_away(motif, pieces, small, side)


def _take_away(board: Mask, pieces: NDArray[Any], small: NDArray[np.bool_], named: Any) -> None:
    """The small ones of those pieces that are named; `pieces` numbers each pixel's."""
    gone = np.zeros(len(small), np.bool_)
    gone[named] = True
    board[(gone & small)[pieces]] = BARE


def _drill(rng: Generator, board: Mask) -> None:
    """Round holes of one or two sizes, in the middle of pads and anywhere in wide copper."""
    for _ in range(rng.integers(1, 3)):
        diameter = int(rng.integers(SMALLEST_HOLE_PX, 44))
        depth = cv2.distanceTransform(board, cv2.DIST_L2, 3)
        fits = depth > diameter / 2 + rng.uniform(3, 10)
        middles = fits & (depth >= cv2.dilate(depth, np.ones((15, 15), np.uint8)))
        places = np.argwhere(middles if rng.random() < 0.6 else fits)[:, ::-1]
        drilled = np.empty((0, 2))
        for place in rng.permutation(places)[: int(rng.integers(1, 15))].astype(float):
            if (np.linalg.norm(drilled - place, axis=1) > 1.5 * diameter).all():
                disc(board, place, diameter, BARE)
                drilled = np.vstack([drilled, place])
