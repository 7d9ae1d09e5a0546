from base64 import b64encode
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from foveal.records.store import StoredImage

_OVERVIEW_SIDE = 1600
"""Longest side of an overview in a page, in pixels. Crops are never shrunk: they are evidence."""


@dataclass(frozen=True)
class Picture:
    """Pixels as a page embeds them; width and height are those of the original."""

    uri: str
    width: int
    height: int
    shrunk: bool


def exact(image: StoredImage) -> Picture:
    height, width = image.pixels.shape[:2]
    return Picture(_uri("png", image.png), width, height, shrunk=False)


def overview(image: StoredImage, *, longest: int = _OVERVIEW_SIDE) -> Picture:
    """Exact up to so many pixels; larger images are shrunk, as JPEG to keep the page small."""
    height, width = image.pixels.shape[:2]
    shrink = max(width, height) / longest
    if shrink <= 1:
        return exact(image)
    size = (max(round(width / shrink), 1), max(round(height / shrink), 1))
    buffer = BytesIO()
    small = Image.fromarray(image.pixels).resize(size, Image.Resampling.BOX)
    small.save(buffer, format="JPEG", quality=88)
    return Picture(_uri("jpeg", buffer.getvalue()), width, height, shrunk=True)


def _uri(kind: str, content: bytes) -> str:
    return f"data:image/{kind};base64,{b64encode(content).decode('ascii')}"
