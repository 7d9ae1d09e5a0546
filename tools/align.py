"""Where the template lies in the tested image, and whether the two can be compared at all."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from foveal.schemas.spans import operation
from foveal.tools.agreement import Agreement, agreement
from foveal.tools.coarse_motion import edge_on_edge, straight, turned
from foveal.tools.image import Pixels
from foveal.tools.motion import (
    Matrix,
    Motion,
    enlarged,
    reach,
    shift_at_center,
    through,
    translation,
    travel,
)
from foveal.tools.pyramid import Reduced, pyramid
from foveal.tools.refine import Refined, refine
from foveal.tools.tone import grey

_SURE = 0.9
"""Agreement at which no further starting point is tried."""

_SAME = 0.5
"""Drawn boards agree with themselves to 0.79 and above, with each other to 0.36 and below."""

_OVERLAP = 0.5
_TIE = 0.01

_WELL_PX = 0.5
"""Edges of one board scanned twice are this rough: no motion with more freedom is tried then."""

_CLOSER_PX = 0.03
"""Reduced pixels by which edges must come closer before a motion with more freedom is believed."""

_HARDLY_PX = 2.0
"""Reduced pixels by which a turn moves the corners: below, a translation is tried in its place."""

_PLAIN_LEVELS = 80
_PLAIN_SHARE = 0.95
"""Of the tested image within so many levels of a template that shows nothing but one level."""


@dataclass(frozen=True, eq=False)
class Alignment:
    """How template pixels move onto the tested image; `residual_px` is what edges miss it by."""

    matrix: Matrix
    motion: Motion
    residual_px: float
    agreement: float
    comparable: bool
    reason: str


@operation("execute_tool", "align")
def align(template: Pixels, tested: Pixels) -> Alignment:
    """Finds shifts to a quarter of the image, turns to 6°, scales to 5 %; any exposure."""
    if np.array_equal(template, tested):
        return Alignment(translation(0, 0), "translation", 0.0, 1.0, True, "the same pixels")
    levels = list(pyramid(template, tested))
    if levels[0].edges.few:
        return _plain(template, tested)
    found = _start(levels[0])
    for before, reduced in pairwise(levels):
        found = enlarged(found, before.factor / reduced.factor)
        if reduced is not levels[-1]:
            found = refine(reduced.edges, reduced.tested, found, motion="similarity").motion
    return _judged(levels[-1], found)


def warp(
    template: Pixels, motion: Matrix, *, size: tuple[int, int]
) -> tuple[Pixels, NDArray[np.bool_]]:
    """The template as the tested image of (width, height) shows it, and where it has pixels."""
    pixels = cv2.warpPerspective(template, motion, size, borderMode=cv2.BORDER_REPLICATE).astype(
        np.uint8, copy=False
    )
    height, width = template.shape[:2]
    corners = np.array([[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]])
    there = np.rint(through(motion, corners)).astype(np.int32)
    valid = cv2.fillConvexPoly(np.zeros((size[1], size[0]), np.uint8), there, 1)
    return pixels, valid.astype(bool)


def _start(coarse: Reduced) -> Matrix:
    """The motion under which coarse copies agree best; the smallest among equals."""
    best = _best(coarse, straight(coarse.template, coarse.tested))
    for others in (edge_on_edge, turned):
        if best.agreement >= _SURE:
            break
        best = _best(coarse, [best.motion, *others(coarse.template, coarse.tested)])
    return best.motion


class _Candidate(NamedTuple):
    motion: Matrix
    agreement: float


def _best(coarse: Reduced, starts: Iterable[Matrix]) -> _Candidate:
    refined = [refine(coarse.edges, coarse.tested, s, motion="similarity").motion for s in starts]
    found = [_Candidate(motion, _agreement(coarse, motion)) for motion in refined]
    enough = max(candidate.agreement for candidate in found) - _TIE
    return min(
        (candidate for candidate in found if candidate.agreement >= enough),
        key=lambda candidate: travel(candidate.motion, coarse.size),
    )


def _agreement(reduced: Reduced, motion: Matrix) -> float:
    found = agreement(reduced, motion)
    return found.score if found.overlap >= _OVERLAP else -1.0


def _judged(reduced: Reduced, start: Matrix) -> Alignment:
    motion, best = _simplest(reduced, start)
    found = agreement(reduced, best.motion)
    comparable = found.score >= _SAME and found.overlap >= _OVERLAP
    return Alignment(
        matrix=enlarged(best.motion, reduced.factor),
        motion=motion,
        residual_px=best.residual_px * reduced.factor,
        agreement=max(found.score, 0.0),
        comparable=comparable,
        reason=_reason(found, comparable),
    )


def _simplest(reduced: Reduced, start: Matrix) -> tuple[Motion, Refined]:
    """The motion with the least freedom that places the edges well, or as well as any."""
    similar = refine(reduced.edges, reduced.tested, start, motion="similarity")
    motion, best = _without_turning(reduced, similar)
    freer: tuple[Motion, ...] = ("affine", "perspective")
    for other in freer:
        if best.residual_px * reduced.factor <= _WELL_PX:
            break
        found = refine(reduced.edges, reduced.tested, best.motion, motion=other)
        if found.residual_px < best.residual_px - _CLOSER_PX:
            motion, best = other, found
    return motion, best


def _without_turning(reduced: Reduced, similar: Refined) -> tuple[Motion, Refined]:
    """The translation in place of a similarity that hardly turns or scales, if it does as well."""
    shift = shift_at_center(similar.motion, reduced.size)
    if reach(similar.motion @ np.linalg.inv(shift), reduced.size) > _HARDLY_PX:
        return "similarity", similar
    straight_on = refine(reduced.edges, reduced.tested, shift, motion="translation")
    if straight_on.residual_px > similar.residual_px + _CLOSER_PX:
        return "similarity", similar
    return "translation", straight_on


def _plain(template: Pixels, tested: Pixels) -> Alignment:
    """A template without edges lies nowhere in particular: only its level can be compared."""
    level = float(np.median(grey(template)))
    share = float(np.mean(np.abs(grey(tested) - level) < _PLAIN_LEVELS))
    same_size = template.shape[:2] == tested.shape[:2]
    return Alignment(
        matrix=translation(0, 0),
        motion="translation",
        residual_px=0.0,
        agreement=share,
        comparable=same_size and share >= _PLAIN_SHARE,
        reason=f"the template shows no edges; {share:.0%} of the tested image is as plain",
    )


def _reason(found: Agreement, comparable: bool) -> str:
    if comparable:
        return f"edges agree to {found.score:.2f}"
    if found.overlap < _OVERLAP:
        return f"the images share only {found.overlap:.0%} of the tested area"
    return f"edges agree to {found.score:.2f} where the same board reaches {_SAME}"
