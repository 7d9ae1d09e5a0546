from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from foveal.schemas.box import Box
from foveal.schemas.view import View

IMAGE = "img:" + "0" * 64
LENGTHS = st.integers(1, 20_000)
FRACTIONS = st.floats(0, 1)
Corners = tuple[float, float, float, float]


@st.composite
def boxes_within(draw: st.DrawFn, outer: Box) -> Box:
    x1 = draw(st.integers(outer.x1, outer.x2 - 1))
    y1 = draw(st.integers(outer.y1, outer.y2 - 1))
    x2, y2 = draw(st.integers(x1 + 1, outer.x2)), draw(st.integers(y1 + 1, outer.y2))
    return Box(x1, y1, x2, y2)


BOXES = boxes_within(Box(0, 0, 20_000, 20_000))
VIEWS = st.builds(
    View,
    image=st.just(IMAGE),
    box_px=BOXES,
    size_px=st.tuples(LENGTHS, LENGTHS),
    quarter_turns=st.integers(0, 3),
)
VIEWS_AND_BOXES = VIEWS.flatmap(lambda view: st.tuples(st.just(view), boxes_within(view.box_px)))


@st.composite
def views_and_corners(draw: st.DrawFn) -> tuple[View, Corners]:
    """A view and a box that a model might name in it, with parts of pixels."""
    view = draw(VIEWS)
    width, height = view.size_px
    x1, x2 = sorted(draw(st.tuples(FRACTIONS, FRACTIONS)))
    y1, y2 = sorted(draw(st.tuples(FRACTIONS, FRACTIONS)))
    return view, (x1 * width, y1 * height, x2 * width, y2 * height)


@given(VIEWS_AND_BOXES)
def test_an_original_box_comes_back_exactly(case: tuple[View, Box]) -> None:
    view, box = case
    assert view.box_to_original(view.box_from_original(box)) == box


@given(views_and_corners())
def test_what_the_model_named_is_kept_whole_and_inside_the_view(case: tuple[View, Corners]) -> None:
    view, corners = case
    box = view.box_to_original(corners)
    assert box.intersection_area(view.box_px) == box.area > 0
    x1, y1, x2, y2 = view.box_from_original(box)
    slack = 1e-5 * max(1, *view.size_px)
    assert x1 <= corners[0] + slack
    assert y1 <= corners[1] + slack
    assert x2 >= corners[2] - slack
    assert y2 >= corners[3] - slack


@given(views_and_corners())
def test_a_box_grows_by_less_than_a_pixel_a_side(case: tuple[View, Corners]) -> None:
    view, corners = case
    box = view.box_to_original(corners)
    across, down = zip(view.to_original(*corners[:2]), view.to_original(*corners[2:]), strict=True)
    (x1, x2), (y1, y2) = sorted(across), sorted(down)
    assert x1 - box.x1 <= 1 + 1e-6
    assert y1 - box.y1 <= 1 + 1e-6
    assert box.x2 - x2 <= 1 + 1e-6
    assert box.y2 - y2 <= 1 + 1e-6


@given(views_and_corners())
def test_growing_happens_once(case: tuple[View, Corners]) -> None:
    view, corners = case
    box = view.box_to_original(corners)
    assert view.box_to_original(view.box_from_original(box)) == box


@given(VIEWS, FRACTIONS, FRACTIONS)
def test_a_point_comes_back(view: View, across: float, down: float) -> None:
    x, y = across * view.size_px[0], down * view.size_px[1]
    back = view.from_original(*view.to_original(x, y))
    assert isclose(back[0], x, rel_tol=1e-9, abs_tol=1e-6)
    assert isclose(back[1], y, rel_tol=1e-9, abs_tol=1e-6)


@given(VIEWS)
def test_the_whole_view_is_its_whole_region(view: View) -> None:
    assert view.box_to_original((0, 0, *view.size_px)) == view.box_px
    assert view.box_from_original(view.box_px) == (0, 0, *view.size_px)


@given(BOXES.flatmap(lambda box: st.tuples(st.just(box), boxes_within(box))))
def test_at_scale_one_a_box_only_moves(case: tuple[Box, Box]) -> None:
    region, box = case
    view = View(image=IMAGE, box_px=region, size_px=(region.width, region.height))
    moved = box.shifted(-region.x1, -region.y1)
    assert view.box_from_original(box) == tuple(map(float, moved))
    assert view.box_to_original(moved) == box


@given(VIEWS, st.tuples(*[st.floats(-1e6, 1e6)] * 4))
def test_any_numbers_from_a_model_become_a_box_with_pixels(view: View, corners: Corners) -> None:
    box = view.box_to_original(corners)
    assert box.area > 0
    assert box.intersection_area(view.box_px) == box.area


@given(VIEWS)
def test_a_view_survives_json(view: View) -> None:
    assert View.model_validate_json(view.model_dump_json()) == view


@pytest.mark.parametrize("size", [(0, 5), (5, 0), (-1, 5)])
def test_a_view_that_sends_no_pixels_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValidationError, match="sends no pixels"):
        View(image=IMAGE, box_px=Box(0, 0, 5, 5), size_px=size)


@pytest.mark.parametrize("name", ["board.png", "img:123", "img:" + "0" * 65, "img:" + "G" * 64])
def test_a_view_names_its_image_by_content(name: str) -> None:
    with pytest.raises(ValidationError, match="image"):
        View(image=name, box_px=Box(0, 0, 5, 5), size_px=(5, 5))
