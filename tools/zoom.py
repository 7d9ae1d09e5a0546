from math import ceil, sqrt

from foveal.schemas.box import Box
from foveal.tools.region import Images, Region
from foveal.tools.view import Seen, cut

MIN_PIXELS = 256 * 32 * 32
"""Qwen's reference zoom tool enlarges to this: 256 image tokens of 32 × 32 pixels."""


class Zoom(Region):
    """Look closer: enlarge a region of an image, to see what is too small to tell now."""


def zoom(call: Zoom, images: Images, *, min_pixels: int = MIN_PIXELS) -> Seen:
    """Always from the original pixels; a region of `min_pixels` and more keeps its size."""
    return cut(call.image_in(images), call.box, size=_enlarged(call.box, min_pixels))


def _enlarged(box: Box, min_pixels: int) -> tuple[int, int]:
    scale = max(1.0, sqrt(min_pixels / box.area))
    return ceil(box.width * scale), ceil(box.height * scale)
