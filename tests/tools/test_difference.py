import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from foveal.tools.difference import absolute, brighter, structural
from foveal.tools.image import Pixels

small = st.integers(-2, 2)


def test_absolute_difference_is_the_distance_in_levels() -> None:
    dark, light = np.full((4, 4), 20, np.uint8), np.full((4, 4), 250, np.uint8)
    assert (absolute(dark, light) == 230).all()
    assert (absolute(light, dark) == 230).all()


@given(dx=small, dy=small)
def test_a_shift_within_tolerance_is_no_structural_difference(dx: int, dy: int) -> None:
    board = np.full((60, 60), 230, np.uint8)
    board[20:40, 20:40] = 40
    assert not structural(board, np.roll(board, (dy, dx), (0, 1)), tolerance_px=2).any()


def test_a_shift_beyond_tolerance_shows(board: Pixels) -> None:
    assert structural(board, np.roll(board, 4, axis=0), tolerance_px=2).any()


def test_a_cut_shows_where_copper_is_missing(board: Pixels) -> None:
    cut = board.copy()
    cut[50:70, 150:152] = 230
    shown = structural(board, cut, tolerance_px=2)
    assert shown[60, 150] == 190
    assert not shown[:, :145].any()


def test_missing_copper_is_brighter_and_added_copper_is_darker(board: Pixels) -> None:
    tested = board.copy()
    tested[230:242, 150:162] = 230
    tested[150:160, 100:110] = 40
    missing = brighter(board, tested, tolerance_px=2)
    added = brighter(tested, board, tolerance_px=2)
    assert missing[236, 156]
    assert not missing[150:160, 100:110].any()
    assert added[155, 105]
    assert not added[230:242, 150:162].any()


@given(st.integers(0, 255), st.integers(1, 3))
def test_equal_pictures_do_not_differ(level: int, tolerance_px: int) -> None:
    pixels = np.full((10, 12), level, np.uint8)
    assert not structural(pixels, pixels, tolerance_px=tolerance_px).any()
    assert not absolute(pixels, pixels).any()
