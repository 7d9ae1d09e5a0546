import numpy as np
import pytest

from foveal.schemas.image import name_pixels
from foveal.tools.image import Pixels, image_from


def test_pixels_cannot_change_under_their_name() -> None:
    pixels = np.zeros((2, 3), np.uint8)
    image = image_from(pixels, "a.png")
    pixels[:] = 255
    assert name_pixels(image.pixels) == image.id
    with pytest.raises(ValueError, match="read-only"):
        image.pixels[0, 0] = 1


def test_size_is_width_then_height() -> None:
    assert image_from(np.zeros((2, 3), np.uint8), "a.png").size == (3, 2)


def test_images_are_equal_by_name_and_source() -> None:
    pixels = np.zeros((2, 3), np.uint8)
    assert image_from(pixels, "a.png") == image_from(pixels.copy(), "a.png")
    assert image_from(pixels, "a.png") != image_from(pixels, "b.png")


@pytest.mark.parametrize(
    "pixels",
    [
        pytest.param(np.zeros((2, 3), np.float32), id="float"),
        pytest.param(np.zeros((2, 3, 4), np.uint8), id="four channels"),
        pytest.param(np.zeros(3, np.uint8), id="one axis"),
        pytest.param(np.zeros((0, 3), np.uint8), id="no pixel"),
    ],
)
def test_arrays_that_are_no_pixels_are_a_programming_error(pixels: Pixels) -> None:
    with pytest.raises(AssertionError):
        image_from(pixels, "a.png")
