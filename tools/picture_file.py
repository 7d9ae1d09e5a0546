"""Files → pixels: the one place where foreign image files are decoded.

A decoding process imports this, so it needs nothing but numpy and Pillow.
"""

import stat
import struct
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import PIL.Image
from PIL import ImageOps, TiffImagePlugin
from PIL.ImageFile import ImageFile

from foveal.schemas.errors import BadImage
from foveal.tools.roots import require_opened_within, within

if TYPE_CHECKING:
    from foveal.tools.image import Pixels

FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP", "GIF")
MAX_PIXELS = 100_000_000
"""Above every industrial camera; a hostile header asks for more. At 3 bytes each, 300 MB."""

_EXPORT_AGAIN = "copy the file or export the image again"

_DAMAGE = (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, struct.error)
"""What Pillow's readers raise on broken content; the PNG reader does say SyntaxError."""


def read_pixels(
    path: Path, *, roots: Sequence[Path] | None = None, max_pixels: int = MAX_PIXELS
) -> "Pixels":
    """Upright 8-bit pixels: grey stays grey, all else becomes RGB; colour profiles are not applied.

    Alpha is flattened on white and 16 bits are scaled to 8. Raises BadImage for anything else, and
    for a file below none of `roots` where those are given.
    """
    if roots is not None:
        within(path, roots)
    with _opened(path) as file:
        if roots is not None:
            require_opened_within(file, path, roots)
        try:
            return _decode(file, path, max_pixels=max_pixels)
        except PIL.UnidentifiedImageError as error:
            raise BadImage(
                f"{str(path)!r} is not an image foveal reads",
                fix=f"give a whole file in one of the formats {', '.join(FORMATS)}",
            ) from error
        except PIL.Image.DecompressionBombError as error:
            raise _too_large(path, f"more than {max_pixels:,}") from error
        except _DAMAGE as error:
            raise BadImage(f"{str(path)!r} is damaged or cut short", fix=_EXPORT_AGAIN) from error


def _opened(path: Path) -> BinaryIO:
    """Only what is a file is opened at all: reading a pipe or a device may never end."""
    try:
        status = path.stat()
        if stat.S_ISREG(status.st_mode) and status.st_size:
            return path.open("rb")
    except FileNotFoundError as error:
        raise BadImage(f"there is no file {str(path)!r}", fix="check the path") from error
    except (OSError, ValueError) as error:
        raise BadImage(
            f"{str(path)!r} cannot be read", fix="check the path and your right to read it"
        ) from error
    if stat.S_ISREG(status.st_mode):
        raise BadImage(f"{str(path)!r} is empty", fix=_EXPORT_AGAIN)
    kind = "a folder" if stat.S_ISDIR(status.st_mode) else "a pipe or a device"
    raise BadImage(f"{str(path)!r} is {kind}", fix="give the path of an image file")


def _decode(file: BinaryIO, path: Path, *, max_pixels: int) -> "Pixels":
    with warnings.catch_warnings():
        # Pillow warns of odd metadata, and of sizes that are decided below.
        warnings.simplefilter("ignore")
        # Given a path, Pillow 13 maps uncompressed TIFF into memory and ignores its orientation.
        with PIL.Image.open(file, formats=FORMATS) as image:
            image.verify()  # decoding alone skips the checksums of a PNG's pixel data
        with PIL.Image.open(file, formats=FORMATS) as image:
            _refuse_unusable(image, path, max_pixels=max_pixels)
            ImageOps.exif_transpose(image, in_place=True)
            return (_from_16_bit if image.mode.startswith("I;16") else _from_8_bit)(image)


def _refuse_unusable(image: ImageFile, path: Path, *, max_pixels: int) -> None:
    width, height = image.size
    if width * height > max_pixels:
        raise _too_large(path, f"{width} × {height}")
    # The further pictures of an MPO are previews of the first; those of a GIF are not.
    if getattr(image, "is_animated", False) and image.format != "MPO":
        raise BadImage(
            f"{str(path)!r} holds several frames or pages",
            fix="save the one to look at as a file of its own",
        )
    if image.mode in ("I", "F"):
        raise BadImage(
            f"{str(path)!r} holds 32-bit or signed values, whose black and white are unknown",
            fix="export it with 8 or 16 bits a channel",
        )


def _too_large(path: Path, pixels: str) -> BadImage:
    return BadImage(f"{str(path)!r} declares {pixels} pixels", fix="crop it or scale it down")


def _from_16_bit(image: PIL.Image.Image) -> "Pixels":
    """The high byte, as Pillow takes of 16-bit colour; a TIFF may use 12 bits, or 0 for white."""
    values = np.asarray(image)
    bits, white_is_zero = 16, False
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        (bits,) = image.tag_v2[TiffImagePlugin.BITSPERSAMPLE]
        white_is_zero = image.tag_v2.get(TiffImagePlugin.PHOTOMETRIC_INTERPRETATION, 0) == 0
    pixels = (values >> (bits - 8)).astype(np.uint8)
    if "transparency" in image.info:
        pixels[values == image.info["transparency"]] = 255
    return ~pixels if white_is_zero else pixels


def _from_8_bit(image: PIL.Image.Image) -> "Pixels":
    grey, palette = image.mode in ("1", "L", "LA"), image.mode in ("P", "PA")
    pixels = np.asarray(_on_white(image).convert("L" if grey else "RGB"))
    if palette and not np.ptp(pixels, axis=2).any():
        return np.ascontiguousarray(pixels[..., 0])
    return pixels


def _on_white(image: PIL.Image.Image) -> PIL.Image.Image:
    if not image.has_transparency_data:
        return image
    picture = image.convert("RGBA")
    white = PIL.Image.new("RGBA", picture.size, "white")
    return PIL.Image.alpha_composite(white, picture)
