import numpy as np
import pytest

from foveal.models.patches import Grid
from foveal.training.cells import truth_by_cell
from foveal.training.chunk import NONE

GRID = Grid(1, 8, 8)
"""Four by four cells of two by two patches."""


def cells(*truths: tuple[float, ...]) -> np.ndarray:
    table = np.array(truths, np.float32).reshape(-1, 5)
    return truth_by_cell([table], GRID, merge=2).kinds.reshape(4, 4).numpy()


def test_a_picture_without_defects_shows_none() -> None:
    assert (cells() == NONE).all()


def test_a_defect_is_shown_by_the_cell_that_holds_it() -> None:
    shown = cells((2, 0.30, 0.55, 0.40, 0.60))

    assert shown[2, 1] == 2
    assert (shown != NONE).sum() == 1


def test_a_large_defect_is_shown_by_the_cells_that_it_fills_to_a_quarter() -> None:
    shown = cells((5, 0.0, 0.0, 0.5 + 0.26 / 4, 0.5 + 0.1 / 4))

    assert (shown[:2, :3] == 5).all()
    assert (shown != NONE).sum() == 6


def test_each_cell_that_shows_something_knows_where_it_is() -> None:
    box = 0.30, 0.55, 0.40, 0.60
    found = truth_by_cell([np.array([[2, *box]], np.float32)], GRID, merge=2)

    shown = found.kinds[0] != NONE
    assert found.corners[0, shown].numpy() == pytest.approx(np.array([box]))
    assert not found.corners[0, ~shown].any()
