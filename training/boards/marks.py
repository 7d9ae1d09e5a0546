"""Where damage lies: clear of every edge, opening to one, or from edge to edge.

Each shape is drawn on a field, which is copper or bare board: a hole in one is an island on the
other. What it may be called follows from topology, so each shape makes sure of its own.
"""

from typing import NamedTuple, Self

import cv2
import numpy as np
from numpy.random import Generator

from foveal.schemas.box import Box
from foveal.training.boards.copper import Mask, Path
from foveal.training.boards.site import Site, Vector
from foveal.training.boards.strokes import curve, paint

_GRAIN_PX = 30
"""Pieces of fewer pixels do not count: scratches leave grains behind."""

_LUMPS = 0.5
"""Of what is enclosed, so much may be thick: about as wide as a via's land or a drilled hole."""

_LONGEST_PX, _LONGEST_SHARES = (24, 48, 90), (0.55, 0.33, 0.12)
"""Of what is enclosed, up to how long it may be, and how much of it may."""

_ALONG_PX, _SCRATCHED = (14, 45), 0.1
"""How far a bite may reach along an edge to either side, usually and now and then."""

_WIDEST_PX = 98
"""Gaps and conductors up to this are crossed."""

_CUT_PX, _GONE = (13, 40), 0.2
"""How wide a cut or a bridge may be, usually and where a stretch is gone, and how often it is."""

_STRAIGHT = 0.25
"""Of cuts and bridges, so much goes straight across, as a stray trace does."""

_PLACES, _PLACE_SHARES = ("middle", "narrow", "open", "anywhere"), (0.3, 0.1, 0.45, 0.15)
"""Of what is enclosed, how much lies in the middle of a pad, a conductor or an opening, in a narrow
place, far from every edge, and anywhere: most of a board that we draw is neither narrow nor open.
"""

_NARROW_PX, _OPEN_PX = 9.0, 30.0
"""How deep narrow places are at most and open ones at least."""


def without_specks(field: Mask) -> Mask:
    """The field with its grains filled: the rim of a grain of noise is no edge."""
    _, pieces, statistics, _ = cv2.connectedComponentsWithStats(1 - field, connectivity=4)
    grains = statistics[:, cv2.CC_STAT_AREA] < _GRAIN_PX
    return np.asarray(field | grains[pieces], np.uint8)


def enclosed(rng: Generator, field: Mask) -> Mask | None:
    """A mark that keeps clear of every edge."""
    site = _roomy(rng, field)
    if site is None:
        return None
    longest = rng.choice(_LONGEST_PX, p=_LONGEST_SHARES)
    length, angle = rng.uniform(4, longest), rng.uniform(0, np.pi)
    half = length / 2 * np.array([np.cos(angle), np.sin(angle)])
    path = curve(rng, site.center - half, site.center + half, sag=0.35)
    thickest = min(22 if rng.random() < _LUMPS else 11, max(5.0, site.room()))
    mark = paint(rng, site.shape, path, rng.uniform(4, thickest))
    clearance = rng.uniform(1.5, 4.0)
    mark = (mark & (site.depth > clearance)).astype(np.uint8)
    return mark if int(mark.sum()) >= 14 and _extent(mark) >= 4 else None


def at_edge(rng: Generator, field: Mask) -> Mask | None:
    """A bite whose largest part opens to an edge and which, a pixel wider too, cuts nothing."""
    rim = _Rim.pick(rng, field, limit=60)
    if rim is None or rim.across < 6:
        return None
    mark = _bite(rng, rim, rng.uniform(3.5, min(0.8 * rim.across, 22))) & field
    if int(mark.sum()) < 14 or rim.site.depth[mark > 0].max() < 2.5:
        return None
    grown = _grown(mark)
    opens = _largest(grown) & (1 - field)
    return mark if opens.any() and not _cuts(field, grown) else None


def across(rng: Generator, field: Mask) -> Mask | None:
    """A cut from edge to edge."""
    rim = _Rim.pick(rng, field, limit=_WIDEST_PX + 2)
    if rim is None or not 3 <= rim.across <= _WIDEST_PX:
        return None
    width = rng.uniform(2.5, _CUT_PX[int(rng.random() < _GONE)])
    mark = paint(rng, rim.site.shape, _crossing(rng, rim), width) & field
    if int(mark.sum()) < 12 or _extent(mark) < 4:
        return None
    # Scratches leave grains behind: a cut counts where one more pixel would complete it.
    return mark if _cuts(field, _grown(mark)) else None


def bounds(mark: Mask) -> Box:
    """Tight around the mark."""
    x, y, width, height = cv2.boundingRect(mark)
    return Box(x, y, x + width, y + height)


class _Rim(NamedTuple):
    """A site at an edge of the field."""

    site: Site
    inward: Vector
    across: int
    """Pixels to the far edge."""

    @classmethod
    def pick(cls, rng: Generator, field: Mask, *, limit: int) -> Self | None:
        site = Site.pick(rng, field, shallowest=0.5, deepest=1.5)
        if site is None:
            return None
        inward = site.inward()
        return cls(site, inward, site.across(inward, limit=limit))


def _roomy(rng: Generator, field: Mask) -> Site | None:
    """A site that has a few pixels around it."""
    place = rng.choice(_PLACES, p=_PLACE_SHARES)
    if place == "middle":
        return Site.in_middle(rng, field, shallowest=5.0)
    shallowest = _OPEN_PX if place == "open" else 4.0
    deepest = _NARROW_PX if place == "narrow" else np.inf
    return Site.pick(rng, field, shallowest=shallowest, deepest=deepest)


def _crossing(rng: Generator, rim: _Rim) -> Path:
    straight = rng.random() < _STRAIGHT
    slant = 0.0 if straight else float(np.clip(rng.normal(0, 0.35), -1.0, 1.0))
    start = rim.site.center - rng.uniform(0, 5) * rim.inward
    sideways = slant * _turn(rim.inward, np.pi / 2)
    end = rim.site.center + (rim.across + rng.uniform(0, 5)) * (rim.inward + sideways)
    return curve(rng, start, end, sag=0.0 if straight else 0.15)


def _bite(rng: Generator, rim: _Rim, depth: float) -> Mask:
    """Along the edge, or into the field."""
    center = rim.site.center
    if rng.random() < 0.4:
        path = _along_edge(rng, rim, depth)
        width = depth * rng.uniform(0.8, 1.3)
    else:
        direction = _turn(rim.inward, rng.uniform(-1.0, 1.0))
        path = curve(rng, center - 2 * rim.inward, center + depth * direction, sag=0.3)
        width = rng.uniform(3, 12)
    return paint(rng, rim.site.shape, path, width)


def _along_edge(rng: Generator, rim: _Rim, depth: float) -> Path:
    reach = _ALONG_PX[int(rng.random() < _SCRATCHED)]
    half = rng.uniform(3, reach) * _turn(rim.inward, np.pi / 2)
    middle = rim.site.center + rng.uniform(0, 0.35) * depth * rim.inward
    return curve(rng, middle - half, middle + half, sag=0.2)


def _turn(direction: Vector, angle: float) -> Vector:
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, -sin], [sin, cos]]) @ direction


def _extent(mark: Mask) -> int:
    box = bounds(mark)
    return max(box.width, box.height)


def _grown(mark: Mask) -> Mask:
    """By a pixel."""
    return np.asarray(cv2.dilate(mark, np.ones((3, 3), np.uint8)), np.uint8)


def _largest(mark: Mask) -> Mask:
    """The piece of a mark that has the most pixels."""
    _, pieces, statistics, _ = cv2.connectedComponentsWithStats(mark, connectivity=8)
    largest = 1 + int(statistics[1:, cv2.CC_STAT_AREA].argmax())
    return np.asarray(pieces == largest, np.uint8)


def _cuts(field: Mask, mark: Mask) -> bool:
    """Whether taking the mark away leaves the field in more pieces, grains not counted."""
    return _pieces((field & (1 - mark)).astype(np.uint8)) > _pieces(field)


def _pieces(mask: Mask) -> int:
    _, _, statistics, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    return int((statistics[1:, cv2.CC_STAT_AREA] >= _GRAIN_PX).sum())
