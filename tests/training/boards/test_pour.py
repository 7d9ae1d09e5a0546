import cv2
import numpy as np
import pytest

from foveal.training.boards.copper import Mask, disc
from foveal.training.boards.pour import pour_between

NARROWEST_PX = 4
"""Of clearances."""

THINNEST = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
"""Poured copper holds this nearly everywhere: pixels round corners off."""


def pads() -> Mask:
    """In columns that leave 16 pixels between them, which some clearances leave little of."""
    board = np.zeros((400, 400), np.uint8)
    for x in range(40, 400, 46):
        for y in range(40, 400, 90):
            disc(board, np.array([x, y], float), 30)
    return board


@pytest.mark.parametrize("seed", range(8))
def test_poured_copper_keeps_clear_of_conductors_and_is_nowhere_thin(seed: int) -> None:
    before = pads()
    board = before.copy()

    pour_between(np.random.default_rng(seed), board)

    poured = board & (1 - before)
    away = cv2.distanceTransform(1 - before, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    assert np.array_equal(board & before, before)
    assert poured.any()
    assert away[poured > 0].min() > NARROWEST_PX - 0.5
    assert (cv2.morphologyEx(poured, cv2.MORPH_OPEN, THINNEST) != poured).mean() < 0.001


def test_small_pieces_are_not_poured() -> None:
    """A ring of copper holds room for a piece of less than a thousandth of the board."""
    board = np.zeros((1600, 1600), np.uint8)
    cv2.circle(board, (800, 800), 50, 1, 10)

    pour_between(np.random.default_rng(0), board)

    assert board[100, 100] == 1
    assert board[800, 800] == 0


def test_a_bare_board_is_poured_all_over() -> None:
    board = np.zeros((100, 100), np.uint8)

    pour_between(np.random.default_rng(0), board)

    assert board.all()
