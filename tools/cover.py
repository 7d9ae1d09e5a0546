"""A region of a picture covered up, to see whether an answer depends on what stands there."""

import cv2
import numpy as np

from foveal.schemas.box import Box
from foveal.tools.image import Pixels, size_of

_GREY = 128
_INPAINT_RADIUS_PX = 3


def covered_by_grey(pixels: Pixels, box: Box) -> Pixels:
    """A flat patch: what stood there is gone, and that something is gone can be seen."""
    assert box.fits(size_of(pixels)), f"{box} leaves pixels of size {size_of(pixels)}"
    patched = pixels.copy()
    patched[box.y1 : box.y2, box.x1 : box.x2] = _GREY
    return patched


def covered_by_surroundings(pixels: Pixels, box: Box) -> Pixels:
    """Continued from around the box (Telea 2004, as in OpenCV's `inpaint`)."""
    assert box.fits(size_of(pixels)), f"{box} leaves pixels of size {size_of(pixels)}"
    hidden = np.zeros(pixels.shape[:2], np.uint8)
    hidden[box.y1 : box.y2, box.x1 : box.x2] = 255
    return np.asarray(cv2.inpaint(pixels, hidden, _INPAINT_RADIUS_PX, cv2.INPAINT_TELEA), np.uint8)
