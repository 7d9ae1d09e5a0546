from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from foveal.schemas.box import Box
from foveal.schemas.errors import BadToolCall
from foveal.tools.frame_difference import FrameDifference, frame_difference
from foveal.tools.image import Image, Pixels, image_from
from foveal.tools.view import Seen

WHOLE = Box(0, 0, 80, 60)


def board() -> Pixels:
    """Two dark traces on light ground."""
    pixels = np.full((60, 80), 220, np.uint8)
    pixels[10:20] = 30
    pixels[:, 50:60] = 30
    return pixels


def with_hole(pixels: Pixels) -> Pixels:
    changed = pixels.copy()
    changed[12:18, 20:26] = 220
    return changed


def image(pixels: Pixels) -> Image:
    return image_from(pixels, "board.png")


def difference(tested: Pixels, reference: Pixels, **options: Any) -> Seen:
    call = FrameDifference(image="B", reference="A", **{"box": WHOLE, **options})
    return frame_difference(call, {"A": image(reference), "B": image(tested)})


@pytest.mark.parametrize("kind", ["absolute", "structural"])
def test_equal_images_are_black(kind: str) -> None:
    assert not difference(board(), board(), kind=kind).pixels.any()


@pytest.mark.parametrize("kind", ["absolute", "structural"])
def test_what_changed_is_bright_and_all_else_black(kind: str) -> None:
    seen = difference(with_hole(board()), board(), kind=kind)
    hole = np.zeros((60, 80), np.bool_)
    hole[12:18, 20:26] = True
    assert (seen.pixels[hole] > 150).mean() > 0.4
    assert not seen.pixels[~hole].any()


def test_absolute_shows_a_shift_and_structural_does_not() -> None:
    shifted = np.roll(board(), 1, axis=0)
    assert difference(shifted, board(), kind="absolute").pixels.max() == 190
    assert difference(shifted, board(), kind="structural").pixels.max() <= 1


@pytest.mark.parametrize("gain", [0.7, 1.1])
def test_absolute_shows_other_light_and_structural_does_not(gain: float) -> None:
    lit = (board() * gain).astype(np.uint8)
    assert difference(lit, board(), kind="absolute").pixels.max() > 20
    assert difference(lit, board(), kind="structural").pixels.max() <= 2


@pytest.mark.parametrize("kind", ["absolute", "structural"])
def test_a_change_of_colour_at_equal_brightness_shows(kind: str) -> None:
    reference = np.dstack([board()] * 3)
    tested = reference.copy()
    tested[30:40, 10:20] = (255, 210, 180)
    assert difference(tested, reference, kind=kind).pixels[34, 14] > 20


def test_grey_and_colour_are_compared_in_grey() -> None:
    assert not difference(board(), np.dstack([board()] * 3)).pixels.any()


def test_boxes_in_the_difference_lead_to_the_original_image() -> None:
    box = Box(10, 5, 40, 30)
    seen = difference(with_hole(board()), board(), box=box, kind="absolute")
    assert seen.view.image == image(with_hole(board())).id
    rows, columns = np.nonzero(seen.pixels)
    named = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert seen.view.box_to_original(named) == Box(20, 12, 26, 18)


def test_a_region_shows_what_the_whole_shows_there() -> None:
    whole = difference(with_hole(board()), board())
    part = difference(with_hole(board()), board(), box=Box(22, 13, 50, 44))
    np.testing.assert_array_equal(part.pixels, whole.pixels[13:44, 22:50])


@pytest.mark.parametrize("size", [(1, 1), (1, 80), (60, 1)])
def test_lines_and_single_pixels_can_be_compared(size: tuple[int, int]) -> None:
    box = Box(0, 0, size[1], size[0])
    seen = difference(np.zeros(size, np.uint8), np.zeros(size, np.uint8), box=box)
    assert not seen.pixels.any()


def test_images_of_two_sizes_are_told_to_the_model() -> None:
    with pytest.raises(
        BadToolCall, match=r"'B' is .* and 'A' is .*: choose two images of one size"
    ):
        difference(board(), board()[:, 1:])


def test_an_unknown_reference_is_told_to_the_model() -> None:
    call = FrameDifference(image="B", reference="C", box=WHOLE)
    with pytest.raises(BadToolCall, match="no image 'C'"):
        frame_difference(call, {"B": image(board())})


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValidationError, match="'absolute' or 'structural'"):
        FrameDifference.model_validate(
            {"image": "B", "reference": "A", "box": WHOLE, "kind": "ssim"}
        )


def test_every_field_explains_itself_to_the_model() -> None:
    schema = FrameDifference.model_json_schema()
    assert schema["description"].startswith("Show where an image differs")
    assert all("description" in field for field in schema["properties"].values())
