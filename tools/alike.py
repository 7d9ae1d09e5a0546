"""The place of a part that looks most like another one, for parts whose structure repeats.

Where there is no template, the part itself shows what a place should look like, as often as its
design repeats; inspection of wafers and displays compares cell to cell so.
"""

from math import ceil

import cv2
import numpy as np
from cv2.typing import MatLike

from foveal.schemas.box import Box
from foveal.tools.image import Pixels, pixels_in, size_of
from foveal.tools.tone import grey

_SIDE_PX = 24
"""To which a place is reduced before the whole part is searched for it."""

_APART = 0.5
"""Of a side, by which the two places lie apart, across or down."""


def most_alike(pixels: Pixels, box: Box) -> Box | None:
    """A box of the same size, by normalised cross-correlation (Lewis 1995, "Fast normalized
    cross-correlation"); None where the image has no room for it, or the place shows no edge.

    Both are in pixels of the image, and lie inside it.
    """
    whole = grey(pixels)
    scale = min(1.0, _SIDE_PX / max(box.width, box.height))
    reduced = cv2.resize(whole, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    small = np.asarray(reduced, np.uint8)
    place = Box(*(round(corner * scale) for corner in box)).clipped(size_of(small))
    if not place.area or np.ptp(pixels_in(small, place)) == 0:
        return None
    scores = _without_neighbours(_scores(small, pixels_in(small, place)), place)
    _, best, _, (column, row) = cv2.minMaxLoc(scores)
    if np.isneginf(best):
        return None
    width, height = size_of(whole)
    x, y = (
        min(round(column / scale), width - box.width),
        min(round(row / scale), height - box.height),
    )
    return _refined(whole, box, box.shifted(x - box.x1, y - box.y1), reach=ceil(1 / scale))


def _scores(searched: Pixels, place: Pixels) -> MatLike:
    """By the top left corner in what is searched."""
    return cv2.matchTemplate(searched, place, cv2.TM_CCOEFF_NORMED)


def _without_neighbours(scores: MatLike, place: Box) -> MatLike:
    """Those that share most of the place are no other place."""
    dx, dy = ceil(_APART * place.width), ceil(_APART * place.height)
    near = Box(place.x1 - dx, place.y1 - dy, place.x1 + dx + 1, place.y1 + dy + 1)
    near = near.clipped((scores.shape[1], scores.shape[0]))
    scores[near.y1 : near.y2, near.x1 : near.x2] = -np.inf
    return scores


def _refined(whole: Pixels, box: Box, start: Box, *, reach: int) -> Box:
    """Where the place fits best within `reach` pixels of the start."""
    within = start.grown(reach).clipped(size_of(whole))
    _, _, _, (column, row) = cv2.minMaxLoc(_scores(pixels_in(whole, within), pixels_in(whole, box)))
    return box.shifted(within.x1 + column - box.x1, within.y1 + row - box.y1)
