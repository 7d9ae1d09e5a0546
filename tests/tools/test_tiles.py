from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foveal.schemas.box import Box
from foveal.tools.tiles import covered, tiles


@given(
    width=st.integers(1, 300),
    height=st.integers(1, 300),
    side=st.integers(1, 120),
    overlap=st.floats(0, 0.9),
)
def test_every_pixel_lies_in_a_tile(width: int, height: int, side: int, overlap: float) -> None:
    squares = tiles(Box(0, 0, width, height), side=side, overlap=overlap)
    assert covered(squares, (width, height)) == 1
    assert all(box.fits((width, height)) for box in squares)
    assert len(set(squares)) == len(squares)


def test_neighbours_share_what_was_asked_for() -> None:
    squares = tiles(Box(0, 0, 640, 64), side=64, overlap=0.5)
    starts = [box.x1 for box in squares]
    assert starts[0] == 0
    assert starts[-1] == 640 - 64
    assert max(b - a for a, b in pairwise(starts)) <= 32


def test_a_region_is_cut_where_it_is() -> None:
    assert tiles(Box(10, 20, 50, 60), side=20, overlap=0) == [
        Box(10, 20, 30, 40),
        Box(30, 20, 50, 40),
        Box(10, 40, 30, 60),
        Box(30, 40, 50, 60),
    ]


@pytest.mark.parametrize(
    ("boxes", "share"),
    [([], 0), ([Box(0, 0, 5, 10)], 0.5), ([Box(0, 0, 5, 10), Box(0, 0, 10, 5)], 0.75)],
)
def test_what_two_boxes_share_counts_once(boxes: list[Box], share: float) -> None:
    assert covered(boxes, (10, 10)) == share
