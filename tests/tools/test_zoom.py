import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foveal.schemas.box import Box
from foveal.schemas.errors import BadToolCall
from foveal.tools.image import image_from
from foveal.tools.zoom import MIN_PIXELS, Zoom, zoom

RNG = np.random.default_rng(0)
BOARD = image_from(RNG.integers(0, 256, (60, 80), dtype=np.uint8), "board.png")
IMAGES = {"A": BOARD}


@given(st.integers(1, 80), st.integers(1, 60), st.sampled_from([1, 500, 10_000]))
def test_a_zoom_shows_the_least_size_asked_for_and_hardly_more(
    width: int, height: int, min_pixels: int
) -> None:
    box = Box(0, 0, width, height)
    sent = zoom(Zoom(image="A", box=box), IMAGES, min_pixels=min_pixels).view.size_px
    least = max(min_pixels, box.area)
    assert least <= sent[0] * sent[1] <= least + sum(sent) + 1


@given(st.integers(2, 20))
def test_a_zoom_keeps_the_shape(side: int) -> None:
    sent = zoom(Zoom(image="A", box=Box(0, 0, 2 * side, side)), IMAGES).view.size_px
    assert sent[0] == pytest.approx(2 * sent[1], abs=2)


def test_a_small_region_is_enlarged_to_what_the_model_needs() -> None:
    seen = zoom(Zoom(image="A", box=Box(10, 10, 42, 42)), IMAGES)
    assert seen.view.size_px == (512, 512)
    assert seen.pixels.shape == (512, 512)
    assert MIN_PIXELS == 512 * 512


def test_a_region_that_is_large_enough_keeps_its_pixels() -> None:
    seen = zoom(Zoom(image="A", box=Box(10, 5, 70, 55)), IMAGES, min_pixels=1000)
    np.testing.assert_array_equal(seen.pixels, BOARD.pixels[5:55, 10:70])


def test_a_zoom_inside_a_zoom_is_cut_from_the_original() -> None:
    first = zoom(Zoom(image="A", box=Box(10, 10, 42, 42)), IMAGES)
    inner = first.view.box_to_original((128, 128, 256, 256))
    assert inner == Box(18, 18, 26, 26)
    again = zoom(Zoom(image="A", box=inner), IMAGES, min_pixels=inner.area)
    np.testing.assert_array_equal(again.pixels, BOARD.pixels[18:26, 18:26])


def test_a_box_outside_the_image_is_told_to_the_model() -> None:
    with pytest.raises(BadToolCall, match="leaves image 'A'"):
        zoom(Zoom(image="A", box=Box(0, 0, 81, 60)), IMAGES)
