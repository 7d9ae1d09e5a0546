from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foveal.schemas.box import Box
from foveal.tools.image import Pixels
from foveal.tools.register import register
from foveal.tools.settle import settle

step = st.integers(-5, 5)


def pad() -> Pixels:
    pixels = np.full((120, 120), 230, np.uint8)
    pixels[50:70, 45:80] = 40
    return pixels


@given(dx=step, dy=step)
def test_a_pad_is_found_where_it_went(dx: int, dy: int) -> None:
    moved = np.roll(pad(), (dy, dx), (0, 1))
    assert register(pad(), moved, Box(50, 50, 70, 70)) == (dx, dy)


@given(dx=st.integers(-3, 3), dy=st.integers(-3, 3))
def test_a_defect_inside_does_not_draw_the_pad_along(dx: int, dy: int) -> None:
    moved = np.roll(pad(), (dy, dx), (0, 1))
    moved[55:63, 55:63] = 230
    assert register(pad(), moved, Box(52, 52, 66, 66)) == (dx, dy)


def test_exposure_does_not_matter() -> None:
    moved = (np.roll(pad(), 3, axis=1) * 0.6 + 20).astype(np.uint8)
    assert register(pad(), moved, Box(50, 50, 70, 70)) == (3, 0)


def test_along_a_trace_nothing_moves() -> None:
    trace = np.full((120, 120), 230, np.uint8)
    trace[50:62] = 40
    assert register(trace, np.roll(trace, 2, axis=0), Box(40, 45, 80, 65)) == (0, 2)


@pytest.mark.parametrize(
    "box",
    [Box(0, 0, 8, 8), Box(110, 112, 120, 120), Box(0, 0, 120, 120), Box(119, 0, 120, 1)],
    ids=["top left", "bottom right", "all", "one pixel"],
)
def test_boxes_at_the_border_get_an_answer(box: Box) -> None:
    dx, dy = register(pad(), pad(), box)
    assert (dx, dy) == (0, 0)


@pytest.mark.parametrize("side", [1, 5, 10, 12])
def test_pictures_smaller_than_the_reach_do_not_move(side: int) -> None:
    tiny = np.full((side, side), 7, np.uint8)
    assert register(tiny, tiny, Box(0, 0, side, side)) == (0, 0)


def test_plain_pictures_do_not_move() -> None:
    plain = np.full((120, 120), 200, np.uint8)
    assert register(plain, plain, Box(50, 50, 70, 70)) == (0, 0)


def test_a_region_settles_where_it_fits(draw: Callable[[int], Pixels]) -> None:
    template = draw(1)
    tested = np.roll(template, (2, -3), (0, 1))
    region = Box(120, 180, 180, 240)
    settled = settle(template, tested, [region], reach=4)
    assert np.array_equal(settled[180:240, 120:180], tested[180:240, 120:180])
    assert np.array_equal(settled[:150], template[:150])


def test_a_template_in_place_is_not_copied(draw: Callable[[int], Pixels]) -> None:
    template = draw(1)
    assert settle(template, template.copy(), [Box(120, 180, 180, 240)], reach=4) is template
