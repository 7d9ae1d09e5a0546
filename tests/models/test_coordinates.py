import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import validator_for

from foveal.models.coordinates import Coordinates
from foveal.schemas.errors import BadToolCall

Size = tuple[int, int]

THOUSANDTHS = Coordinates()

numbers = st.floats(-5000, 5000)
sizes = st.tuples(st.integers(1, 3000), st.integers(1, 3000))


def test_boxes_are_thousandths_of_the_view() -> None:
    assert THOUSANDTHS.parse_box([100, 500, 200, 1000], size=(640, 320)) == (64, 160, 128, 320)


def test_boxes_may_be_in_pixels_of_the_view() -> None:
    assert Coordinates("pixel").parse_box([10, 20, 30, 40], size=(640, 320)) == (10, 20, 30, 40)


def test_numbers_beyond_a_thousand_are_pixels_where_the_view_has_them() -> None:
    assert THOUSANDTHS.parse_box([500, 100, 1500, 200], size=(2048, 512)) == (500, 100, 1500, 200)
    assert THOUSANDTHS.parse_box([500, 0, 1003, 1000], size=(640, 320)) == (320, 0, 640, 320)


@given(st.lists(numbers, min_size=4, max_size=4), sizes)
def test_any_four_numbers_give_ordered_corners_inside_the_view(
    box: list[float], size: Size
) -> None:
    x1, y1, x2, y2 = THOUSANDTHS.parse_box(box, size=size)
    assert 0 <= x1 <= x2 <= size[0]
    assert 0 <= y1 <= y2 <= size[1]


@given(st.lists(st.integers(0, 1000), min_size=4, max_size=4), sizes)
def test_a_box_that_the_model_wrote_is_written_the_same_again(box: list[float], size: Size) -> None:
    x1, x2 = sorted(box[::2])
    y1, y2 = sorted(box[1::2])
    corners = THOUSANDTHS.parse_box(box, size=size)
    assert THOUSANDTHS.write_box(corners, size=size) == (x1, y1, x2, y2)


@pytest.mark.parametrize("box", [[], [1, 2, 3], [1, 2, 3, math.nan], [1, 2, 3, math.inf]])
def test_what_is_no_box_goes_back_to_the_model(box: list[float]) -> None:
    with pytest.raises(BadToolCall, match=r"is no box: write \[x1, y1, x2, y2\]"):
        THOUSANDTHS.parse_box(box, size=(64, 64))


@pytest.mark.parametrize(
    ("coordinates", "largest"),
    [(THOUSANDTHS, 1000), (Coordinates("pixel"), 640)],
    ids=["thousandths", "pixels"],
)
def test_the_schema_of_a_box_ends_where_the_view_does(
    coordinates: Coordinates, largest: int
) -> None:
    schema = validator_for(coordinates.box_schema(size=(640, 320)))
    assert schema.is_valid([0, 0, largest, 5])
    assert not schema.is_valid([0, 0, largest + 1, 5])
    assert not schema.is_valid([0, 0, largest])
