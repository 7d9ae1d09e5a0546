"""Where the numbers of boxes stand on an overview, so that they hide little."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_DIGIT_WIDTH, _PADDING, _HEIGHT = 0.62, 0.7, 1.4
"""In units of the text's height."""

_LEAVING = 2.0
"""Leaving the image costs a tag this many times as much as covering another box."""


class Extent(NamedTuple):
    """A box in original pixels, with fractions."""

    x1: float
    y1: float
    x2: float
    y2: float


def place_tags(
    boxes: Sequence[Extent], texts: Sequence[str], *, text_px: float, size: tuple[int, int]
) -> list[Extent]:
    """Each tag beside its box, where it covers least of the boxes and of the tags before it."""
    image = np.array([(0, 0, *size)], float)
    taken = np.array(boxes, float).reshape(-1, 4)
    tags: list[Extent] = []
    for box, text in zip(boxes, texts, strict=True):
        width, height = (len(text) * _DIGIT_WIDTH + _PADDING) * text_px, _HEIGHT * text_px
        places = _beside(box, width, height)
        left = width * height - _shared(places, image).sum(axis=1)
        cost = _shared(places, taken).sum(axis=1) + _LEAVING * left
        best = places[int(cost.argmin())]
        taken = np.vstack([taken, best])
        tags.append(Extent(*best.tolist()))
    return tags


def _beside(box: Extent, width: float, height: float) -> NDArray[np.float64]:
    """Above and below from either end, then left and right; the first is the usual one."""
    corners = [
        (box.x1, box.y1 - height),
        (box.x2 - width, box.y1 - height),
        (box.x1, box.y2),
        (box.x2 - width, box.y2),
        (box.x1 - width, box.y1),
        (box.x2, box.y1),
    ]
    return np.array([(x, y, x + width, y + height) for x, y in corners])


def _shared(places: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Area that each place (rows) has in common with each other box (columns)."""
    start = np.maximum(places[:, None, :2], others[None, :, :2])
    end = np.minimum(places[:, None, 2:], others[None, :, 2:])
    return np.asarray(np.clip(end - start, 0, None).prod(axis=2))
