import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foveal.schemas.box import Box
from foveal.schemas.image import name_pixels
from foveal.tools.image import Image, Pixels, image_from, size_of
from foveal.tools.view import cut, resized, square_around, turned

RNG = np.random.default_rng(0)
GREY = image_from(RNG.integers(0, 256, (30, 40), dtype=np.uint8), "grey.png")
RGB = image_from(RNG.integers(0, 256, (30, 40, 3), dtype=np.uint8), "rgb.png")
IMAGES = st.sampled_from([GREY, RGB])
SIZES = st.tuples(st.integers(1, 60), st.integers(1, 60))


@st.composite
def boxes(draw: st.DrawFn, size: tuple[int, int] = (40, 30)) -> Box:
    x1, y1 = draw(st.integers(0, size[0] - 1)), draw(st.integers(0, size[1] - 1))
    return Box(x1, y1, draw(st.integers(x1 + 1, size[0])), draw(st.integers(y1 + 1, size[1])))


@given(IMAGES, boxes())
def test_a_cut_at_its_own_size_is_the_original_pixels(image: Image, box: Box) -> None:
    seen = cut(image, box, size=(box.width, box.height))
    np.testing.assert_array_equal(seen.pixels, image.pixels[box.y1 : box.y2, box.x1 : box.x2])


@given(IMAGES, boxes(), SIZES)
def test_a_cut_has_the_size_and_the_view_that_it_says(
    image: Image, box: Box, size: tuple[int, int]
) -> None:
    seen = cut(image, box, size=size)
    assert seen.pixels.shape == (size[1], size[0], *image.pixels.shape[2:])
    assert (seen.view.image, seen.view.box_px, seen.view.size_px) == (image.id, box, size)


@given(IMAGES, boxes(), SIZES)
def test_a_cut_repeats_bit_for_bit_from_its_view(
    image: Image, box: Box, size: tuple[int, int]
) -> None:
    view = cut(image, box, size=size).view
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    again = cut(image, view.box_px, size=view.size_px)
    cv2.setNumThreads(threads)
    assert name_pixels(again.pixels) == name_pixels(cut(image, box, size=size).pixels)


@given(boxes(), SIZES, st.integers(0, 255))
def test_one_tone_stays_that_tone_at_every_size(box: Box, size: tuple[int, int], tone: int) -> None:
    flat = image_from(np.full((30, 40), tone, np.uint8), "flat.png")
    assert (cut(flat, box, size=size).pixels == tone).all()


def test_the_pixels_of_a_cut_cannot_change() -> None:
    for size in ((40, 30), (20, 15), (80, 60)):
        assert not cut(RGB, Box(0, 0, 40, 30), size=size).pixels.flags.writeable


def test_shrinking_takes_means_so_that_no_hidden_pattern_appears() -> None:
    stripes = image_from(np.tile(np.array([0, 255], np.uint8), (8, 4)), "stripes.png")
    for size in ((4, 4), (4, 8), (4, 30)):
        pixels = cut(stripes, Box(0, 0, 8, 8), size=size).pixels.astype(int)
        assert abs(pixels - 127).max() <= 1


@pytest.mark.parametrize("scale", [2, 4, 0.5])
def test_what_is_drawn_lands_where_the_view_says(scale: float) -> None:
    pixels: Pixels = np.zeros((64, 64), np.uint8)
    pixels[16:32, 40:48] = 255
    seen = cut(image_from(pixels, "mark.png"), Box(0, 0, 64, 64), size=(int(64 * scale),) * 2)
    x1, y1, x2, y2 = seen.view.box_from_original(Box(40, 16, 48, 32))
    rows, columns = np.nonzero(seen.pixels > 127)
    assert (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1) == (x1, y1, x2, y2)


@pytest.mark.parametrize("quarter_turns", range(-1, 6))
def test_what_is_drawn_lands_where_a_turned_view_says(quarter_turns: int) -> None:
    pixels: Pixels = np.zeros((64, 96), np.uint8)
    pixels[16:32, 40:48] = 255
    upright = cut(image_from(pixels, "mark.png"), Box(0, 0, 96, 64), size=(192, 64))
    seen = turned(upright, quarter_turns)
    assert np.array_equal(seen.pixels, np.rot90(upright.pixels, quarter_turns))
    assert seen.view.size_px == size_of(seen.pixels)
    x1, y1, x2, y2 = seen.view.box_from_original(Box(40, 16, 48, 32))
    rows, columns = np.nonzero(seen.pixels > 127)
    assert (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1) == (x1, y1, x2, y2)
    assert seen.view.box_to_original((x1, y1, x2, y2)) == Box(40, 16, 48, 32)


@given(IMAGES, boxes(), SIZES, st.integers(0, 3), st.integers(0, 3))
def test_turning_twice_is_turning_once_by_both(
    image: Image, box: Box, size: tuple[int, int], first: int, second: int
) -> None:
    seen = cut(image, box, size=size)
    once, twice = turned(seen, first + second), turned(turned(seen, first), second)
    assert once.view == twice.view
    assert np.array_equal(once.pixels, twice.pixels)
    assert not twice.pixels.flags.writeable


@pytest.mark.parametrize("size", [(1, 50_000), (50_000, 1)])
def test_lines_longer_than_any_screen_are_cut_and_resized(size: tuple[int, int]) -> None:
    line = image_from(np.full((size[1], size[0]), 9, np.uint8), "line.png")
    for target in ((16, 16), (100_000, 2)):
        seen = cut(line, Box(0, 0, *size), size=target)
        assert (seen.pixels == 9).all()


def test_a_box_outside_the_image_is_a_programming_error() -> None:
    with pytest.raises(AssertionError, match="leaves the"):
        cut(GREY, Box(0, 0, 41, 30), size=(41, 30))


@given(boxes(), st.integers(1, 50))
def test_a_square_lies_inside_the_image_and_is_as_large_as_it_can_be(box: Box, side: int) -> None:
    square = square_around(box, side=side, within=(40, 30))
    assert square.fits((40, 30))
    assert (square.width, square.height) == (min(side, 40), min(side, 30))


@given(boxes(), st.integers(1, 50))
def test_a_square_no_smaller_than_the_box_holds_it(box: Box, side: int) -> None:
    side = max(side, box.width, box.height)
    square = square_around(box, side=side, within=(40, 30))
    assert square.intersection_area(box) == box.area


def test_a_square_is_centred_where_there_is_room() -> None:
    assert square_around(Box(18, 12, 22, 16), side=10, within=(40, 30)) == Box(15, 9, 25, 19)


def test_a_square_at_the_border_is_moved_inside() -> None:
    assert square_around(Box(0, 28, 2, 30), side=10, within=(40, 30)) == Box(0, 20, 10, 30)


def test_what_shows_only_when_every_eighth_pixel_is_taken_is_averaged_away() -> None:
    """The attack of Quiring et al. 2020 (USENIX Security, on image scaling) plants such pixels."""
    plain = np.full((256, 256), 200, np.uint8)
    planted = plain.copy()
    planted[4::8, 4::8] = 0

    shown, without = (resized(pixels, (32, 32)).astype(int) for pixels in (planted, plain))

    assert np.abs(shown - without).max() <= 200 / 64 + 1
