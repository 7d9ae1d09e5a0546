"""What the model looks at: a region of an original image at the size it is sent."""

from dataclasses import dataclass

import cv2
import numpy as np

from foveal.schemas.box import Box
from foveal.schemas.view import View
from foveal.tools.image import Image, Pixels, pixels_in, size_of


@dataclass(frozen=True, eq=False)
class Seen:
    """A view and the exact pixels it sends."""

    view: View
    pixels: Pixels


def cut(image: Image, box: Box, *, size: tuple[int, int]) -> Seen:
    """The region at (width, height): the same call gives the same pixels, bit for bit."""
    assert box.fits(image.size), f"{box} leaves the {image.size} image {image.id}"
    pixels = resized(pixels_in(image.pixels, box), size)
    pixels.setflags(write=False)
    return Seen(View(image=image.id, box_px=box, size_px=size), pixels)


def turned(seen: Seen, quarter_turns: int) -> Seen:
    """The same pixels, turned anticlockwise by so many quarters more."""
    view, by = seen.view, quarter_turns % 4
    if not by:
        return seen
    pixels = np.ascontiguousarray(np.rot90(seen.pixels, by))
    pixels.setflags(write=False)
    turns = (view.quarter_turns + by) % 4
    lain = {"size_px": size_of(pixels), "quarter_turns": turns}
    return Seen(view.model_copy(update=lain), pixels)


def square_around(box: Box, *, side: int, within: tuple[int, int]) -> Box:
    """A square centred on the box, moved inside an image of (width, height) where it sticks out.

    An image narrower than the side gives all its width, and likewise its height.
    """
    width, height = within
    x1, x2 = _span(box.x1 + box.x2, side, width)
    y1, y2 = _span(box.y1 + box.y2, side, height)
    return Box(x1, y1, x2, y2)


def _span(doubled_center: int, side: int, length: int) -> tuple[int, int]:
    start = min(max((doubled_center - side) // 2, 0), max(length - side, 0))
    return start, min(start + side, length)


def resized(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """Area means where an axis shrinks, so nothing aliases; then linear where one grows.

    LINEAR_EXACT rather than cubic: it is the interpolation whose bits are equal on every machine.
    """
    width, height = size_of(pixels)
    shrunk = (min(width, size[0]), min(height, size[1]))
    for target, interpolation in ((shrunk, cv2.INTER_AREA), (size, cv2.INTER_LINEAR_EXACT)):
        if target != size_of(pixels):
            shown = cv2.resize(pixels, target, interpolation=interpolation)
            pixels = np.asarray(shown, dtype=np.uint8)
    return np.ascontiguousarray(pixels)
