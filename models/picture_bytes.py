"""Bytes of an image file → pixels. Looser files are for `foveal.tools.intake`, which takes more."""

import struct
import warnings
from io import BytesIO

import numpy as np
import PIL.Image
from PIL import ImageOps

from foveal.models.protocol import Pixels
from foveal.schemas.errors import BadImage

FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP", "GIF")
MAX_PIXELS = 100_000_000
"""As intake allows."""

_DAMAGE = (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, struct.error)
"""What Pillow's readers raise on broken content."""


def decode(data: bytes) -> Pixels:
    """Upright 8-bit pixels: grey stays grey, all else becomes RGB, alpha is laid on white."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd metadata, and of sizes decided below
            with PIL.Image.open(BytesIO(data), formats=FORMATS) as image:
                image.verify()  # decoding alone skips the checksums of a PNG's pixel data
            with PIL.Image.open(BytesIO(data), formats=FORMATS) as image:
                return _pixels(image)
    except PIL.UnidentifiedImageError as error:
        raise BadImage(
            f"{len(data):,} bytes in a message are not an image foveal reads",
            fix=f"give a whole file in one of the formats {', '.join(FORMATS)}",
        ) from error
    except PIL.Image.DecompressionBombError as error:
        raise _too_large(f"more than {MAX_PIXELS:,}") from error
    except _DAMAGE as error:
        raise BadImage(
            "an image in a message is damaged or cut short", fix="encode the whole file again"
        ) from error


def _pixels(image: PIL.Image.Image) -> Pixels:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise _too_large(f"{width} × {height}")
    if getattr(image, "is_animated", False) and image.format != "MPO":
        raise BadImage("an image in a message holds several frames", fix="send the one to look at")
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        raise BadImage(
            f"an image in a message holds values of mode {image.mode!r}, not of 8 bits",
            fix="read it with foveal.tools.intake and send it as PNG",
        )
    ImageOps.exif_transpose(image, in_place=True)
    grey = image.mode in ("1", "L", "LA")
    return np.asarray(_on_white(image).convert("L" if grey else "RGB"))


def _on_white(image: PIL.Image.Image) -> PIL.Image.Image:
    if not image.has_transparency_data:
        return image
    picture = image.convert("RGBA")
    white = PIL.Image.new("RGBA", picture.size, "white")
    return PIL.Image.alpha_composite(white, picture)


def _too_large(pixels: str) -> BadImage:
    return BadImage(
        f"an image in a message declares {pixels} pixels", fix="crop it or scale it down"
    )
