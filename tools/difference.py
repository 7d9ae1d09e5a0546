"""Difference maps between a template moved into place and the tested image, 0 to 255 each."""

import cv2
import numpy as np

from foveal.tools.image import Pixels


def absolute(template: Pixels, tested: Pixels) -> Pixels:
    """How far each pixel is from the template's; edges a pixel off show in full."""
    return np.asarray(cv2.absdiff(template, tested), np.uint8)


def structural(template: Pixels, tested: Pixels, *, tolerance_px: int) -> Pixels:
    """How far each pixel is from all that a shift of up to `tolerance_px` explains."""
    return np.maximum(
        brighter(template, tested, tolerance_px=tolerance_px),
        brighter(tested, template, tolerance_px=tolerance_px),
    )


def brighter(template: Pixels, tested: Pixels, *, tolerance_px: int) -> Pixels:
    """By how much `tested` exceeds whatever the template shows nearby.

    Either a tested pixel is brighter than all of the template around it, or a template pixel is
    darker than all of the tested image around it. So a cut shows where it is longer or wider than
    twice the tolerance: across a trace of 5 px, however thin, or 5 px along one, however narrow.
    Swap the images to see what is darker.
    """
    around = np.ones((2 * tolerance_px + 1,) * 2, np.uint8)
    above = cv2.subtract(tested, cv2.dilate(template, around))
    below = cv2.subtract(cv2.erode(tested, around), template)
    return np.asarray(cv2.max(above, below), np.uint8)
