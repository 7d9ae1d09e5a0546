import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from foveal.schemas.base import Strict
from foveal.schemas.box import Box, BoxPx
from foveal.tools.difference import absolute, structural
from foveal.tools.frame_difference import TOLERANCE_PX
from foveal.tools.image import Pixels
from foveal.tools.pair import Pair, alike, exposed_like, strongest
from foveal.tools.region import Images

_LEAST_LEVELS = 32
"""Weaker differences are the noise of a scan, an eighth of the range."""


class Measure(Pair):
    """Measure how large the difference between two images of the same part is in a region."""


class Measurement(Strict):
    """The extent of what changed, exact to about a pixel."""

    box_px: BoxPx
    area_px: int
    size_px: float = Field(description="longest side of the smallest rectangle, at any angle")
    size_mm: float | None = Field(default=None, description="where the scale is known")


def measure(call: Measure, images: Images, *, px_per_mm: float | None = None) -> Measurement | None:
    """None where nothing differs beyond other light and a shift by a pixel or two."""
    image, reference = call.images_in(images)
    y, x = np.nonzero(_changed(*alike(image.pixels, reference.pixels), call.box))
    if not x.size:
        return None
    size_px = _longest_side(x, y)
    return Measurement(
        box_px=Box(int(x.min()), int(y.min()), int(x.max()) + 1, int(y.max()) + 1),
        area_px=x.size,
        size_px=size_px,
        size_mm=size_px / px_per_mm if px_per_mm is not None else None,
    )


def _changed(image: Pixels, reference: Pixels, box: Box) -> NDArray[np.bool_]:
    """Pixels at half the strongest change in the box and above, next to what no shift explains."""
    reference = exposed_like(image, reference)
    inside = np.zeros(image.shape[:2], np.bool_)
    inside[box.y1 : box.y2, box.x1 : box.x2] = True
    sure = strongest(structural(reference, image, tolerance_px=TOLERANCE_PX))
    least = max(float(sure[inside].max()) / 2, _LEAST_LEVELS)
    near = np.ones((2 * TOLERANCE_PX + 1,) * 2, np.uint8)
    around = cv2.dilate(((sure >= least) & inside).astype(np.uint8), near) > 0
    return (strongest(absolute(reference, image)) >= least) & around & inside


def _longest_side(x: NDArray[np.intp], y: NDArray[np.intp]) -> float:
    """Pixels count with their whole squares: a single one is 1 × 1."""
    corners = [np.stack([x + dx, y + dy], axis=1) for dx in (0, 1) for dy in (0, 1)]
    _, sides, _ = cv2.minAreaRect(np.concatenate(corners).astype(np.float32))
    return float(max(sides))
