"""A region cut into overlapping squares, and how much of an image boxes cover."""

from collections.abc import Iterable
from math import ceil

import numpy as np

from foveal.schemas.box import Box


def tiles(region: Box, *, side: int, overlap: float) -> list[Box]:
    """Squares of `side` pixels that cover the region, row by row, evenly spaced.

    Neighbours share at least `overlap` (0 to below 1) of a side. Where the region is narrower than
    a square, so are they.
    """
    assert side > 0, "a square has pixels"
    assert 0 <= overlap < 1, "squares that overlap in full cover nothing new"
    columns = _starts(region.x1, region.width, side, overlap)
    rows = _starts(region.y1, region.height, side, overlap)
    width, height = min(side, region.width), min(side, region.height)
    return [Box(x, y, x + width, y + height) for y in rows for x in columns]


def parts_of(boxes: Iterable[Box], *, side: int, overlap: float) -> list[Box]:
    """Such squares of each box in turn, each once."""
    parts = (part for box in boxes for part in tiles(box, side=side, overlap=overlap))
    return list(dict.fromkeys(parts))


def covered(boxes: Iterable[Box], size: tuple[int, int]) -> float:
    """Share of an image of (width, height) that lies in at least one of the boxes."""
    width, height = size
    seen = np.zeros((height, width), np.bool_)
    for box in boxes:
        seen[box.y1 : box.y2, box.x1 : box.x2] = True
    return float(seen.mean())


def _starts(first: int, length: int, side: int, overlap: float) -> list[int]:
    free = max(0, length - side)
    steps = ceil(free / max(1, round(side * (1 - overlap))))
    return [first + round(free * step / steps) for step in range(steps)] + [first + free]
