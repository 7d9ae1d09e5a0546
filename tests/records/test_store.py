from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from foveal.records.png import Pixels, decode, encode
from foveal.records.store import ImageStore
from foveal.schemas.errors import BadImage
from foveal.schemas.image import name_pixels

SHAPES = st.one_of(
    st.tuples(st.integers(1, 9), st.integers(1, 9)),
    st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3)),
)
PIXELS = SHAPES.flatmap(lambda shape: arrays(np.uint8, shape))
GREY = np.arange(12, dtype=np.uint8).reshape(3, 4)


@pytest.fixture
def images(tmp_path: Path) -> ImageStore:
    return ImageStore(tmp_path)


@given(PIXELS)
def test_png_keeps_every_pixel(pixels: Pixels) -> None:
    assert np.array_equal(decode(encode(pixels)), pixels)


def test_a_file_is_named_after_the_first_digits_of_its_hash(images: ImageStore) -> None:
    image_id = name_pixels(GREY)
    images.save(image_id, GREY)
    assert [file.name for file in images.folder.iterdir()] == [f"{image_id[4:20]}.png"]


def test_saved_pixels_are_loaded_exactly_and_cannot_be_written(images: ImageStore) -> None:
    image_id = name_pixels(GREY)
    images.save(image_id, GREY)
    loaded = images.load(image_id)
    assert np.array_equal(loaded, GREY)
    assert not loaded.flags.writeable


def test_saving_again_does_not_touch_the_file(images: ImageStore) -> None:
    image_id = name_pixels(GREY)
    images.save(image_id, GREY)
    first = images.path(image_id).stat()
    images.save(image_id, GREY)
    assert images.path(image_id).stat().st_ino == first.st_ino


def test_pixels_under_the_name_of_others_are_a_bug(images: ImageStore) -> None:
    with pytest.raises(AssertionError, match="these pixels are not"):
        images.save(name_pixels(GREY), GREY + 1)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(encode(GREY)[:40], id="truncated"),
        pytest.param(b"", id="empty"),
        pytest.param(b"<svg/>", id="not a PNG"),
        pytest.param(encode(GREY + 1), id="other pixels"),
        pytest.param(encode(GREY.reshape(4, 3)), id="other size"),
        pytest.param(encode(np.dstack([GREY] * 3)), id="other mode"),
    ],
)
def test_a_file_changed_after_the_run_is_refused(images: ImageStore, content: bytes) -> None:
    image_id = name_pixels(GREY)
    images.save(image_id, GREY)
    images.path(image_id).write_bytes(content)
    with pytest.raises(BadImage, match="the run was changed after it was written"):
        images.load(image_id)


def test_an_image_that_was_never_saved_is_missing(images: ImageStore) -> None:
    with pytest.raises(BadImage, match="is missing"):
        images.load(name_pixels(GREY))
