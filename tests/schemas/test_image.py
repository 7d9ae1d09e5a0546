import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from foveal.schemas.image import name_pixels
from foveal.tools.image import Pixels

SIDES = st.integers(1, 8)
GREY = st.tuples(SIDES, SIDES).flatmap(lambda shape: arrays(np.uint8, shape))
RGB = st.tuples(SIDES, SIDES).flatmap(lambda shape: arrays(np.uint8, (*shape, 3)))


@given(GREY | RGB)
def test_equal_pixels_share_a_name(pixels: Pixels) -> None:
    assert name_pixels(pixels) == name_pixels(pixels.copy())


@given(GREY | RGB, st.data())
def test_one_changed_pixel_changes_the_name(pixels: Pixels, data: st.DataObject) -> None:
    changed = pixels.copy()
    changed.flat[data.draw(st.integers(0, pixels.size - 1))] ^= 1
    assert name_pixels(changed) != name_pixels(pixels)


def test_the_name_covers_size_and_mode() -> None:
    shapes = [(2, 3), (3, 2), (1, 6), (1, 2, 3), (2, 1, 3)]
    assert len({name_pixels(np.zeros(shape, np.uint8)) for shape in shapes}) == len(shapes)


def test_the_name_does_not_depend_on_memory_layout() -> None:
    pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    assert name_pixels(pixels[:, ::2]) == name_pixels(pixels[:, ::2].copy())


def test_the_name_is_the_same_on_every_machine() -> None:
    assert name_pixels(np.zeros((2, 3), np.uint8)) == (
        "img:5479f567118b08a52d48e9f064bc53ba4ae4bf4b62f7aa35937ef4f0828a5795"
    )
