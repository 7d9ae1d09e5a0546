"""What is small is a pad or a hole, or nobody drew it."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from foveal.schemas.box import Box
from foveal.training.boards.copper import Mask, disc, polyline, rounded
from foveal.training.boards.layout import draw_layout
from foveal.training.boards.leftovers import clear_leftovers

Draw = Callable[[Mask], object]

MIDDLE = np.array([60.0, 60.0])


def ring(board: Mask) -> None:
    disc(board, MIDDLE, 30)
    disc(board, MIDDLE, 14, 0)


def half_disc(board: Mask) -> None:
    disc(board, MIDDLE, 30)
    board[60:] = 0


def triangle(board: Mask) -> None:
    cv2.fillPoly(board, [np.array([[50, 50], [72, 50], [50, 72]], np.int32)], 1)


def large(board: Mask) -> None:
    cv2.fillPoly(board, [np.array([[30, 30], [90, 30], [30, 90]], np.int32)], 1)


def slanted(board: Mask) -> None:
    cv2.fillPoly(board, [np.array([[45, 50], [60, 50], [75, 68], [60, 68]], np.int32)], 1)


PADS: list[Draw] = [
    lambda board: disc(board, MIDDLE, 14),
    lambda board: disc(board, MIDDLE, 24, flat=1.25),
    lambda board: rounded(board, Box(50, 45, 70, 80), 6),
    ring,
]
LEFTOVERS: list[Draw] = [
    half_disc,
    triangle,
    slanted,
    lambda board: polyline(board, np.array([[50, 60], [75, 60]], float), 5),
    lambda board: disc(board, MIDDLE, 5),
]


def drawn(draw: Draw, *, as_hole: bool) -> Mask:
    board = np.zeros((120, 120), np.uint8)
    draw(board)
    return 1 - board if as_hole else board


@pytest.mark.parametrize("as_hole", [False, True], ids=["copper", "hole"])
@pytest.mark.parametrize("draw", [*PADS, large])
def test_pads_holes_and_what_is_large_are_kept(draw: Draw, as_hole: bool) -> None:
    before = drawn(draw, as_hole=as_hole)
    board = before.copy()

    clear_leftovers(board)

    assert np.array_equal(board, before)


@pytest.mark.parametrize("as_hole", [False, True], ids=["copper", "hole"])
@pytest.mark.parametrize("draw", LEFTOVERS)
def test_pieces_of_pads_and_slivers_go(draw: Draw, as_hole: bool) -> None:
    board = drawn(draw, as_hole=as_hole)

    clear_leftovers(board)

    assert (board == int(as_hole)).all()


def test_what_the_rim_cuts_is_kept() -> None:
    before = np.zeros((120, 120), np.uint8)
    disc(before, np.array([0.0, 60.0]), 24)
    board = before.copy()

    clear_leftovers(board)

    assert np.array_equal(board, before)


def test_boards_hold_no_leftovers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not enlarged, or they were not what was cleared."""
    monkeypatch.setattr("foveal.training.boards.layout._ENLARGED", 0.0)
    for seed in range(12):
        board = draw_layout(np.random.default_rng(seed), 500)
        cleared = board.copy()

        clear_leftovers(cleared)

        assert (board != cleared).mean() < 1e-3
