import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from foveal.schemas.box import Box
from foveal.schemas.errors import BadToolCall
from foveal.schemas.image import name_pixels
from foveal.tools.crop import Crop, crop
from foveal.tools.image import image_from

BOARD = image_from(np.arange(30 * 40, dtype=np.uint16).astype(np.uint8).reshape(30, 40), "b.png")


@given(st.integers(0, 39), st.integers(0, 29))
def test_a_crop_is_the_original_pixels(x: int, y: int) -> None:
    box = Box(x, y, 40, 30)
    seen = crop(Crop(image="A", box=box), {"A": BOARD})
    assert name_pixels(seen.pixels) == name_pixels(BOARD.pixels[y:, x:])
    assert (seen.view.image, seen.view.box_px) == (BOARD.id, box)


def test_a_call_is_read_from_the_json_that_a_model_writes() -> None:
    call = Crop.model_validate_json('{"image": "A", "box": [1, 2, 3, 4]}')
    assert call == Crop(image="A", box=Box(1, 2, 3, 4))


def test_what_the_model_reads_says_what_it_is_for_and_explains_every_field() -> None:
    schema = Crop.model_json_schema()
    assert schema["description"].startswith("Cut a region out of an image")
    assert all("description" in field for field in schema["properties"].values())


def test_a_box_outside_the_image_is_told_to_the_model() -> None:
    call = Crop(image="A", box=Box(0, 0, 41, 30))
    with pytest.raises(BadToolCall, match=r"\[0, 0, 41, 30\] leaves image 'A': choose a box"):
        crop(call, {"A": BOARD})


def test_an_unknown_image_is_told_to_the_model_with_the_known_ones() -> None:
    with pytest.raises(BadToolCall, match=r"no image 'C': choose one of 'A', 'B'"):
        crop(Crop(image="C", box=Box(0, 0, 1, 1)), {"A": BOARD, "B": BOARD})


@pytest.mark.parametrize(
    "call",
    [
        pytest.param('{"image": "A", "box": [3, 2, 3, 4]}', id="no width"),
        pytest.param('{"image": "A", "box": [-1, 2, 3, 4]}', id="negative"),
        pytest.param('{"image": "A", "box": [1, 2, 3]}', id="three numbers"),
        pytest.param('{"image": "A", "box": [1, 2, 3, 4.5]}', id="part of a pixel"),
        pytest.param('{"image": "A", "box": [1, 2, 3, 4], "size": 9}', id="unknown field"),
        pytest.param('{"box": [1, 2, 3, 4]}', id="no image"),
    ],
)
def test_a_malformed_call_is_refused(call: str) -> None:
    with pytest.raises(ValidationError):
        Crop.model_validate_json(call)
