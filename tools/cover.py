"""A region of a picture covered up, to see whether an answer depends on what stands there."""

from collections.abc import Callable

import cv2
import numpy as np

from foveal.schemas.box import Box
from foveal.schemas.evidence import Cover
from foveal.schemas.view import View
from foveal.tools.image import Image, Pixels, pixels_in, size_of
from foveal.tools.view import Seen, resized

_GREY = 128
_INPAINT_RADIUS_PX = 3


def cut_covered(
    image: Image,
    box: Box,
    *,
    size: tuple[int, int],
    hidden: Box,
    cover: Callable[[Pixels, Box], Pixels],
) -> Seen:
    """As `cut`, with what lies in `hidden` covered before anything is resized."""
    assert box.fits(image.size), f"{box} leaves the {image.size} image {image.id}"
    there = hidden.intersection(box).shifted(-box.x1, -box.y1)
    pixels = resized(cover(pixels_in(image.pixels, box), there), size)
    pixels.setflags(write=False)
    return Seen(View(image=image.id, box_px=box, size_px=size), pixels)


def covered_by_grey(pixels: Pixels, box: Box) -> Pixels:
    """A flat patch: what stood there is gone, and that something is gone can be seen."""
    assert box.fits(size_of(pixels)), f"{box} leaves pixels of size {size_of(pixels)}"
    patched = pixels.copy()
    patched[box.y1 : box.y2, box.x1 : box.x2] = _GREY
    return patched


def covered_by_surroundings(pixels: Pixels, box: Box) -> Pixels:
    """Continued from around the box (Telea 2004, as in OpenCV's `inpaint`).

    Flat where nothing is around it, which would leave the pixels as they are.
    """
    assert box.fits(size_of(pixels)), f"{box} leaves pixels of size {size_of(pixels)}"
    if (box.width, box.height) == size_of(pixels):
        return covered_by_grey(pixels, box)
    hidden = np.zeros(pixels.shape[:2], np.uint8)
    hidden[box.y1 : box.y2, box.x1 : box.x2] = 255
    return np.asarray(cv2.inpaint(pixels, hidden, _INPAINT_RADIUS_PX, cv2.INPAINT_TELEA), np.uint8)


COVERS: dict[Cover, Callable[[Pixels, Box], Pixels]] = {
    "grey": covered_by_grey,
    "surroundings": covered_by_surroundings,
}
"""Those that stand over pixels; a reference takes their place."""
