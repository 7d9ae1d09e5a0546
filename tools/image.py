"""Pixels and their names: an image is named by its content, so equal pixels share a name."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from foveal.schemas.box import Box
from foveal.schemas.image import ImageId, name_pixels

Pixels = NDArray[np.uint8]
"""Height × width (grey) or height × width × 3 (RGB), 0 to 255."""


@dataclass(frozen=True)
class Image:
    """Pixels that never change, under their name. Equal where the name and the source are."""

    id: ImageId
    pixels: Pixels = field(compare=False, repr=False)
    source: str

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return size_of(self.pixels)


def image_from(pixels: Pixels, source: str) -> Image:
    """Writable pixels are copied, so that no one can change them under their name."""
    _check(pixels)
    frozen = pixels.copy() if pixels.flags.writeable else pixels
    frozen.setflags(write=False)
    return Image(name_pixels(frozen), frozen, source)


def size_of(pixels: Pixels) -> tuple[int, int]:
    """Width and height."""
    height, width = pixels.shape[:2]
    return width, height


def pixels_in(pixels: Pixels, box: Box) -> Pixels:
    """What a box in pixels of the image shows; no copy."""
    return pixels[box.y1 : box.y2, box.x1 : box.x2]


def _check(pixels: Pixels) -> None:
    assert pixels.dtype == np.uint8, f"pixels are {pixels.dtype}, not uint8"
    assert pixels.ndim == 2 or pixels.shape[2:] == (3,), f"{pixels.shape} is neither grey nor RGB"
    assert pixels.size, f"{pixels.shape} holds no pixel"
