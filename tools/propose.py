"""Regions of the tested image that differ from the template: where to look, not what it is."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from foveal.schemas.box import Box
from foveal.schemas.spans import operation
from foveal.tools.difference import brighter
from foveal.tools.exposure import match_exposure
from foveal.tools.image import Pixels, size_of
from foveal.tools.settle import settle
from foveal.tools.tone import grey

_NOISE = 4.0
"""Standard deviations of pixel noise that no change may be mistaken for."""

_FAINTEST = 16.0
"""Levels that a change spans at least, on boards without contrast."""


_EVERY = 4
"""Pixels in each direction that are summed up in one, where contrast and noise are estimated."""


@dataclass(frozen=True)
class ProposalSettings:
    """Lengths in pixels. As they stand they favour recall: judging what is harmless comes later."""

    tolerance_px: int = 2
    """Edges this far off are no change: what alignment leaves, and the jitter of a scan."""

    contrast: float = 0.4
    """Share of the range between copper and ground that a change spans at least."""

    min_area_px: int = 1
    """Pixels beyond tolerance that make a change: a thin cut through a 5 px trace has few."""

    join_px: int = 8
    """Changes of one kind closer than this are one: a scratch, not its specks."""

    margin_px: int = 7
    """Between the change and its box on each side, as people leave when they draw one."""


@dataclass(frozen=True)
class Proposal:
    """A place where the tested image is brighter, or darker, than the template allows."""

    box: Box
    score: float
    """Share of the changed pixels that no tolerance explains: near 0 for an edge out of place."""

    area_px: int
    """Changed pixels."""


@operation("execute_tool", "propose")
def propose(
    template: Pixels,
    tested: Pixels,
    *,
    valid: NDArray[np.bool_],
    settings: ProposalSettings | None = None,
) -> list[Proposal]:
    """What changed, the surest first; `template` lies on `tested`, with pixels where `valid`."""
    settings = settings or ProposalSettings()
    there = grey(tested)
    here = match_exposure(grey(template), there, valid=valid)
    inside = compared(valid, settings=settings)
    rule = _Rule(settings, inside, _least_levels(here, there, settings))
    found = _changes(here, there, rule)
    settled = settle(here, there, [p.box for p in found], reach=2 * settings.tolerance_px)
    if settled is not here:
        found = _changes(settled, there, rule)
    return sorted(found, key=lambda proposal: -proposal.score * proposal.area_px)


@dataclass(frozen=True, eq=False)
class _Rule:
    """What counts as a change in one pair of images."""

    settings: ProposalSettings
    inside: Pixels
    least_levels: float


def _changes(template: Pixels, tested: Pixels, rule: _Rule) -> list[Proposal]:
    tolerance = rule.settings.tolerance_px
    found: list[Proposal] = []
    for low, high in ((template, tested), (tested, template)):
        beyond = brighter(low, high, tolerance_px=tolerance)
        seeds = _above(beyond, rule.least_levels) & rule.inside
        near = np.asarray(cv2.dilate(seeds, _square(tolerance)), np.uint8) & rule.inside
        changed = _above(cv2.subtract(high, low), rule.least_levels) & near
        found.extend(_regions(seeds, changed, rule.settings))
    return found


def compared(valid: NDArray[np.bool_], *, settings: ProposalSettings | None = None) -> Pixels:
    """1 where all is in the picture that may explain a pixel: not along the border."""
    settings = settings or ProposalSettings()
    eroded = cv2.erode(valid.astype(np.uint8), _square(settings.tolerance_px), borderValue=0)
    return np.asarray(eroded, np.uint8)


def _least_levels(template: Pixels, tested: Pixels, settings: ProposalSettings) -> float:
    """Levels that a change spans: a share of the contrast, and more than noise does."""
    contrast = _range(template)
    off = cv2.absdiff(template, tested)[::_EVERY, ::_EVERY]
    noise = _NOISE * 1.48 * float(np.median(off))
    return max(settings.contrast * contrast, noise, _FAINTEST)


def _range(image: Pixels) -> float:
    """Levels between copper and ground: means over small blocks, so that noise adds nothing."""
    width, height = size_of(image)
    small = (-(-width // _EVERY), -(-height // _EVERY))
    low, high, *_ = cv2.minMaxLoc(cv2.resize(image, small, interpolation=cv2.INTER_AREA))
    return high - low


def _regions(seeds: Pixels, changed: Pixels, settings: ProposalSettings) -> Iterator[Proposal]:
    """Changed pixels joined over small gaps, where enough of them are seeds."""
    if not changed.any():
        return
    places = cv2.findNonZero(changed).reshape(-1, 2)
    x, y = places.T
    joined = cv2.dilate(changed, np.ones((settings.join_px + 1,) * 2, np.uint8))
    count, label = cv2.connectedComponents(joined[::2, ::2].copy())
    region = label[y // 2, x // 2]
    unexplained = np.bincount(region, weights=seeds[y, x], minlength=count)
    for number in np.flatnonzero(unexplained >= max(settings.min_area_px, 1)):
        mine = places[region == number]
        left, top, width, height = cv2.boundingRect(mine)
        box = Box(left, top, left + width, top + height)
        yield Proposal(
            box=box.grown(settings.margin_px).clipped(size_of(changed)),
            score=float(unexplained[number]) / len(mine),
            area_px=len(mine),
        )


def _above(levels: MatLike, least: float) -> Pixels:
    return np.asarray(cv2.threshold(levels, least, 1, cv2.THRESH_BINARY)[1], np.uint8)


def _square(reach: int) -> Pixels:
    return np.ones((2 * reach + 1,) * 2, np.uint8)
