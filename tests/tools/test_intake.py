import os
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foveal.schemas.errors import BadImage
from foveal.tools.image import Image, Pixels
from foveal.tools.intake import read_image

RNG = np.random.default_rng(0)
GREY: Pixels = RNG.integers(0, 256, (12, 20), dtype=np.uint8)
RGB: Pixels = RNG.integers(0, 256, (12, 20, 3), dtype=np.uint8)
GREY_16 = RNG.integers(0, 1 << 16, (12, 20), dtype=np.uint16)
HALF_CLEAR = np.dstack([RGB, np.tile(np.array([0, 255], np.uint8), (12, 10))])


def encoded(pixels: "np.ndarray[Any, Any] | PIL.Image.Image", kind: str, **options: Any) -> bytes:
    picture = pixels if isinstance(pixels, PIL.Image.Image) else PIL.Image.fromarray(pixels)
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def animated(kind: str) -> bytes:
    return encoded(RGB, kind, save_all=True, append_images=[PIL.Image.fromarray(RGB[::-1].copy())])


def png_chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)


def png(width: int, height: int, *, depth: int, color: int, data: bytes) -> bytes:
    """Written by hand, since Pillow writes neither bombs nor 16-bit colour."""
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*chunk) for chunk in chunks)


def on_white(rgba: Pixels) -> Pixels:
    return np.where(rgba[..., 3:] == 0, np.uint8(255), rgba[..., :3])


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Image]:
    def write_and_read(content: bytes, **options: int) -> Image:
        path = tmp_path / "given.image"
        path.write_bytes(content)
        return read_image(path, **options)

    return write_and_read


Read = Callable[..., Image]

# What is read ------------------------------------------------------------------------------------

WHOLE = {
    "PNG": encoded(RGB, "PNG"),
    "TIFF": encoded(RGB, "TIFF"),
    "TIFF, LZW": encoded(RGB, "TIFF", compression="tiff_lzw"),
    "BMP": encoded(RGB, "BMP"),
    "WebP": encoded(RGB, "WEBP", lossless=True),
}


@pytest.mark.parametrize("content", WHOLE.values(), ids=WHOLE.keys())
def test_lossless_colour_is_read_exactly(read: Read, content: bytes) -> None:
    np.testing.assert_array_equal(read(content).pixels, RGB)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP", "GIF"])
def test_grey_stays_grey(read: Read, kind: str) -> None:
    np.testing.assert_array_equal(read(encoded(GREY, kind)).pixels, GREY)


@pytest.mark.parametrize(("pixels", "axes"), [(GREY, 2), (RGB, 3)], ids=["grey", "colour"])
def test_jpeg_is_read_as_it_was_written(read: Read, pixels: Pixels, axes: int) -> None:
    image = read(encoded(np.full_like(pixels, 90), "JPEG", quality=95))
    assert image.pixels.ndim == axes
    np.testing.assert_allclose(image.pixels, 90, atol=1)


def test_the_same_file_read_twice_has_one_name(read: Read) -> None:
    assert read(encoded(RGB, "PNG")) == read(encoded(RGB, "PNG"))


def test_the_same_pixels_in_two_formats_have_one_name(read: Read) -> None:
    assert len({read(content).id for content in WHOLE.values()}) == 1


def test_the_source_is_the_file_name_and_tells_no_folder(tmp_path: Path) -> None:
    path = tmp_path / "board.png"
    path.write_bytes(encoded(RGB, "PNG"))
    assert read_image(path).source == "board.png"


def test_a_symbolic_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "board.png").write_bytes(encoded(RGB, "PNG"))
    (tmp_path / "link.png").symlink_to("board.png")
    np.testing.assert_array_equal(read_image(tmp_path / "link.png").pixels, RGB)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_all_eight_exif_orientations_are_applied(read: Read, kind: str, orientation: int) -> None:
    upright = np.zeros((16, 32), np.uint8)
    upright[:8, :8] = 255
    upright[:8, 24:] = 128
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.T,
        6: upright.T[::-1],
        7: upright.T[::-1, ::-1],
        8: upright.T[:, ::-1],
    }[orientation]
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    lossless = {"lossless": True} if kind == "WEBP" else {}
    image = read(encoded(np.ascontiguousarray(stored), kind, exif=exif, **lossless))
    pixels = image.pixels if image.pixels.ndim == 2 else image.pixels[..., 0]
    np.testing.assert_allclose(pixels, upright, atol=2)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled_not_clipped(read: Read, kind: str) -> None:
    np.testing.assert_array_equal(read(encoded(GREY_16, kind)).pixels, GREY_16 >> 8)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_eight_bits_stored_in_sixteen_come_back_exactly(read: Read, kind: str) -> None:
    np.testing.assert_array_equal(read(encoded(GREY * np.uint16(257), kind)).pixels, GREY)


def test_sixteen_bit_big_endian_tiff_is_scaled(read: Read) -> None:
    content = encoded(GREY_16.astype(">u2"), "TIFF")
    assert content.startswith(b"MM")
    np.testing.assert_array_equal(read(content).pixels, GREY_16 >> 8)


def test_sixteen_bit_colour_is_scaled_like_grey(read: Read) -> None:
    rows = b"".join(b"\0" + np.repeat(row, 3).astype(">u2").tobytes() for row in GREY_16)
    image = read(png(20, 12, depth=16, color=2, data=zlib.compress(rows)))
    np.testing.assert_array_equal(image.pixels, np.dstack([GREY_16 >> 8] * 3))


def test_sixteen_bit_grey_with_a_clear_value_is_flattened_on_white(read: Read) -> None:
    image = read(encoded(GREY_16, "PNG", transparency=int(GREY_16[0, 0])))
    expected = np.where(GREY_16[0, 0] == GREY_16, 255, GREY_16 >> 8)
    np.testing.assert_array_equal(image.pixels, expected)


def test_twelve_bit_tiff_is_scaled_from_its_own_white(read: Read) -> None:
    values = GREY_16 >> 4
    pairs = values.reshape(-1, 2)
    packed = np.stack(
        [pairs[:, 0] >> 4, (pairs[:, 0] & 15) << 4 | pairs[:, 1] >> 8, pairs[:, 1] & 255], axis=1
    )
    content = bytearray(encoded(GREY_16, "TIFF"))
    content[-GREY_16.nbytes :] = packed.astype(np.uint8).tobytes().ljust(GREY_16.nbytes, b"\0")
    bits_per_sample = struct.pack("<HHI", 258, 3, 1)
    at = content.index(bits_per_sample) + len(bits_per_sample)
    content[at : at + 2] = struct.pack("<H", 12)
    np.testing.assert_array_equal(read(bytes(content)).pixels, values >> 4)


def test_sixteen_bit_tiff_in_which_zero_is_white_is_turned(read: Read) -> None:
    content = bytearray(encoded(GREY_16, "TIFF"))
    photometric = struct.pack("<HHI", 262, 3, 1)
    at = content.index(photometric) + len(photometric)
    content[at : at + 2] = struct.pack("<H", 0)
    np.testing.assert_array_equal(read(bytes(content)).pixels, 255 - (GREY_16 >> 8))


def test_one_bit_becomes_black_and_white(read: Read) -> None:
    bits = GREY > 127
    for kind in ("PNG", "TIFF", "BMP"):
        image = read(encoded(PIL.Image.fromarray(bits), kind))
        np.testing.assert_array_equal(image.pixels, bits * np.uint8(255))


def test_alpha_is_flattened_on_white(read: Read) -> None:
    image = read(encoded(HALF_CLEAR, "PNG"))
    np.testing.assert_array_equal(image.pixels, on_white(HALF_CLEAR))


def test_grey_with_alpha_stays_grey_on_white(read: Read) -> None:
    alpha = HALF_CLEAR[..., 3]
    image = read(encoded(np.dstack([GREY, alpha]), "PNG"))
    np.testing.assert_array_equal(image.pixels, np.where(alpha == 0, 255, GREY))


def test_half_transparent_black_is_middle_grey(read: Read) -> None:
    black = np.zeros((2, 2, 4), np.uint8)
    black[..., 3] = 128
    np.testing.assert_array_equal(read(encoded(black, "PNG")).pixels, 127)


@pytest.mark.parametrize("mode", ["1", "L", "RGB"])
def test_a_colour_declared_transparent_becomes_white(read: Read, mode: str) -> None:
    picture = PIL.Image.new(mode, (3, 2), 0 if mode != "RGB" else (10, 20, 30))
    clear = 0 if mode != "RGB" else (10, 20, 30)
    assert (read(encoded(picture, "PNG", transparency=clear)).pixels == 255).all()


def test_palette_becomes_colour(read: Read) -> None:
    picture = PIL.Image.fromarray(RGB).quantize(16)
    for kind in ("PNG", "GIF", "TIFF", "BMP"):
        image = read(encoded(picture, kind))
        np.testing.assert_array_equal(image.pixels, np.asarray(picture.convert("RGB")))


def test_a_palette_of_greys_becomes_grey(read: Read) -> None:
    picture = PIL.Image.fromarray(GREY).convert("P")
    np.testing.assert_array_equal(read(encoded(picture, "PNG")).pixels, GREY)


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_the_transparent_entry_of_a_palette_becomes_white(read: Read, kind: str) -> None:
    picture = PIL.Image.fromarray(RGB).quantize(16)
    image = read(encoded(picture, kind, transparency=3))
    clear = np.asarray(picture) == 3
    expected = np.where(clear[..., np.newaxis], 255, np.asarray(picture.convert("RGB")))
    np.testing.assert_array_equal(image.pixels, expected)


def test_a_palette_with_graded_alpha_is_flattened_on_white(read: Read) -> None:
    picture = PIL.Image.fromarray(np.zeros((2, 2), np.uint8)).convert("P")
    image = read(encoded(picture, "PNG", transparency=bytes([128])))
    np.testing.assert_array_equal(image.pixels, 127)


def test_cmyk_becomes_colour_with_the_right_sign(read: Read) -> None:
    red = PIL.Image.new("RGB", (16, 16), (220, 30, 30)).convert("CMYK")
    for kind in ("JPEG", "TIFF"):
        np.testing.assert_allclose(read(encoded(red, kind)).pixels[8, 8], (220, 30, 30), atol=3)


@pytest.mark.parametrize("size", [(1, 500), (500, 1), (1, 1), (1, 40_000)])
def test_lines_and_single_pixels_are_images(read: Read, size: tuple[int, int]) -> None:
    assert read(encoded(PIL.Image.new("L", size, 7), "PNG")).size == size


def test_a_phone_photo_with_previews_is_its_first_picture(read: Read) -> None:
    preview = PIL.Image.fromarray(GREY)
    content = encoded(np.full_like(RGB, 90), "MPO", save_all=True, append_images=[preview])
    np.testing.assert_allclose(read(content).pixels, 90, atol=1)


def test_broken_metadata_that_decides_nothing_is_no_reason_to_refuse(read: Read) -> None:
    content = encoded(RGB, "PNG", dpi=(300, 300), icc_profile=b"no profile")
    np.testing.assert_array_equal(read(content).pixels, RGB)


# What is refused ---------------------------------------------------------------------------------


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadImage, match=r"there is no file .*lost\.png.*check the path"):
        read_image(tmp_path / "lost.png")


def test_a_link_to_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link.png").symlink_to("lost.png")
    with pytest.raises(BadImage, match="there is no file"):
        read_image(tmp_path / "link.png")


def test_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "link.png").symlink_to("link.png")
    with pytest.raises(BadImage, match="cannot be read"):
        read_image(tmp_path / "link.png")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadImage, match="is a folder: give the path of an image file"):
        read_image(tmp_path)


def test_a_file_taken_for_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(encoded(RGB, "PNG"))
    with pytest.raises(BadImage, match="cannot be read"):
        read_image(tmp_path / "a.png" / "b.png")


@pytest.mark.parametrize("name", ["nul\0.png", "x" * 300], ids=["nul byte", "too long"])
def test_a_name_no_file_can_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadImage, match="cannot be read"):
        read_image(tmp_path / name)


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(BadImage, match="a pipe or a device"):
        read_image(tmp_path / "pipe.png")


@pytest.fixture
def locked() -> Iterator[Path]:
    """A file that this process may not read, even where the tests run as root."""
    user = os.geteuid()
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "locked.png"
        path.write_bytes(encoded(RGB, "PNG"))
        path.chmod(0)
        if user == 0:
            os.seteuid(65534)
        yield path
        os.seteuid(user)


def test_a_file_without_the_right_to_read_it_is_refused(locked: Path) -> None:
    with pytest.raises(BadImage, match="cannot be read: check the path and your right to read it"):
        read_image(locked)


def test_an_empty_file_is_refused(read: Read) -> None:
    with pytest.raises(BadImage, match="is empty"):
        read(b"")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"this is no image", id="text"),
        pytest.param(b"\0" * 4096, id="zeros"),
        pytest.param(b"%PDF-1.7\n", id="PDF"),
        pytest.param(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", id="EPS, a program"),
        pytest.param(encoded(RGB, "PPM"), id="PPM, a format not allowed"),
        pytest.param(encoded(RGB, "PNG")[:6], id="half a signature"),
    ],
)
def test_what_is_no_allowed_image_is_refused(read: Read, content: bytes) -> None:
    with pytest.raises(BadImage, match=r"not an image foveal reads: .*PNG, JPEG, TIFF"):
        read(content)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP", "WEBP", "GIF"])
def test_half_a_file_is_refused(read: Read, kind: str) -> None:
    content = encoded(np.tile(RGB, (10, 10, 1)), kind)
    with pytest.raises(BadImage, match=r"damaged or cut short: .*export the image again"):
        read(content[: len(content) // 2])


def test_a_flipped_bit_deep_in_a_png_is_refused(read: Read) -> None:
    content = bytearray(encoded(np.repeat(RGB, 20, axis=0), "PNG"))
    content[len(content) * 3 // 4] ^= 1
    with pytest.raises(BadImage, match="damaged"):
        read(bytes(content))


def test_broken_compression_behind_right_checksums_is_refused(read: Read) -> None:
    content = png(20, 12, depth=8, color=0, data=zlib.compress(b"\0" * 252)[:-6] + b"\7" * 9)
    with pytest.raises(BadImage, match="damaged"):
        read(content)


@pytest.mark.parametrize("side", [10_001, 13_000, 100_000])
def test_a_pixel_bomb_is_refused_at_once(read: Read, side: int) -> None:
    started = time.monotonic()
    with pytest.raises(BadImage, match=r"declares .* pixels: crop it or scale it down"):
        read(png(side, side, depth=8, color=2, data=b""))
    assert time.monotonic() - started < 1


def test_a_header_alone_is_refused(read: Read) -> None:
    with pytest.raises(BadImage):
        read(png(100_000, 100_000, depth=8, color=2, data=b"")[:33])


def test_the_pixel_limit_is_exact(read: Read) -> None:
    assert read(encoded(RGB, "PNG"), max_pixels=240).size == (20, 12)
    with pytest.raises(BadImage, match="declares 20 × 12 pixels"):
        read(encoded(RGB, "PNG"), max_pixels=239)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_several_frames_or_pages_are_refused(read: Read, kind: str) -> None:
    with pytest.raises(BadImage, match="several frames or pages: save the one"):
        read(animated(kind))


@pytest.mark.parametrize("dtype", [np.float32, np.int32])
def test_values_without_a_known_white_are_refused(read: Read, dtype: type) -> None:
    with pytest.raises(BadImage, match="export it with 8 or 16 bits"):
        read(encoded(GREY.astype(dtype), "TIFF"))


# Any damage --------------------------------------------------------------------------------------

SOUND = {
    **WHOLE,
    "JPEG": encoded(RGB, "JPEG"),
    "GIF": encoded(RGB, "GIF"),
    "16-bit TIFF": encoded(GREY_16, "TIFF"),
    "palette": encoded(PIL.Image.fromarray(RGB).quantize(), "PNG", transparency=3),
    "animation": animated("PNG"),
    "MPO": animated("MPO"),
}


@settings(deadline=None)
@given(content=st.sampled_from(sorted(SOUND.values())), data=st.data())
def test_damage_anywhere_is_refused_or_read_but_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, data: st.DataObject
) -> None:
    damaged = bytearray(content)
    places = st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255))
    for place, value in data.draw(st.lists(places, min_size=1, max_size=4)):
        damaged[place] = value
    path = tmp_path_factory.getbasetemp() / "damaged.image"
    path.write_bytes(damaged[: data.draw(st.integers(1, len(content)))])
    refusal = None
    try:
        read_image(path, max_pixels=10_000)
    except BadImage as error:
        refusal = error
    assert refusal is None or (str(path) in refusal.what and refusal.fix)
