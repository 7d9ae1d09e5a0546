"""Regions of drawn boards as the compare graph would meet them: aligned, proposed, registered."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from foveal.schemas.box import Box
from foveal.tools.align import align, warp
from foveal.tools.image import Pixels, size_of
from foveal.tools.propose import propose
from foveal.tools.register import register
from foveal.tools.view import resized, square_around
from foveal.training.boards.defects import Defect
from foveal.training.boards.pair import SIZE_PX, BoardPair, draw_pair
from foveal.training.chunk import KINDS, NONE, SURVEY_PX, WINDOW_PX, Chunk

_MOST_DEFECTS = 16
_MOST_HARMLESS = 8
_QUIET = 2
"""Harmless regions a board, and places drawn at random among them where nothing differs."""

_MARGIN_PX = 7
"""By which a proposal is larger than the change."""

_FOUND_IOU = 0.2
_AROUND = 1.6
_REACH_PX = 5
"""As far as registration moves the template."""


@dataclass(frozen=True, eq=False)
class _Region:
    window: NDArray[np.uint8]
    box: NDArray[np.float32]
    kind: int
    truths: NDArray[np.float32]


def draw_chunk(rng: Generator, pairs: int) -> Chunk:
    drawn = [draw_pair(rng, defects=int(rng.integers(0, 17))) for _ in range(pairs)]
    regions = [region for pair in drawn for region in _regions(rng, pair)]
    return Chunk(
        windows=np.stack([region.window for region in regions]),
        boxes=np.stack([region.box for region in regions]),
        kinds=np.array([region.kind for region in regions], np.uint8),
        truths=np.stack([region.truths for region in regions]),
        surveys=np.stack([_survey(pair) for pair in drawn]),
        boards=np.stack([_board(pair, side=SURVEY_PX) for pair in drawn]),
        parts=np.stack([pair.tested for pair in drawn]),
        defects=np.stack([_board(pair, side=SIZE_PX) for pair in drawn]),
        suspects=np.empty((0, 5), np.float32),
    )


def _regions(rng: Generator, pair: BoardPair) -> Iterator[_Region]:
    alignment = align(pair.template, pair.tested)
    if not alignment.comparable:
        return
    template, valid = warp(pair.template, alignment.matrix, size=size_of(pair.tested))
    harmless = 0
    for proposal in propose(template, pair.tested, valid=valid):
        kind = _kind(proposal.box, pair.defects)
        harmless += kind == NONE
        if kind is not None and (kind != NONE or harmless <= _MOST_HARMLESS):
            yield _region(template, pair, proposal.box, kind)
    for _ in range(_QUIET):
        box = _quiet_box(rng, pair)
        if box is not None:
            yield _region(template, pair, box, NONE)


def _kind(box: Box, defects: Iterable[Defect]) -> int | None:
    """What the proposal shows; None where it meets a defect without showing it."""
    met = [defect for defect in defects if defect.box.intersection_area(box)]
    if not met:
        return NONE
    best = max(met, key=lambda defect: defect.box.grown(_MARGIN_PX).iou(box))
    if best.box.grown(_MARGIN_PX).iou(box) < _FOUND_IOU:
        return None
    return KINDS.index(best.label)


def _quiet_box(rng: Generator, pair: BoardPair) -> Box | None:
    """A place where nothing was changed, as a claim about nothing may name it."""
    x, y = (int(v) for v in rng.integers(0, pair.tested.shape[0] - 60, 2))
    width, height = (int(v) for v in rng.integers(20, 60, 2))
    box = Box(x, y, x + width, y + height)
    clear = not any(defect.box.intersection_area(box.grown(8)) for defect in pair.defects)
    return box if clear else None


def _region(template: Pixels, pair: BoardPair, box: Box, kind: int) -> _Region:
    """The surroundings of a box; boxes too large for the window are stored reduced."""
    side = max(WINDOW_PX, int(max(box.width, box.height) * _AROUND))
    window = square_around(box, side=side, within=size_of(pair.tested))
    dx, dy = register(template, pair.tested, box, reach=_REACH_PX)
    crops = _cut(template, window.shifted(-dx, -dy)), _cut(pair.tested, window)
    return _Region(
        window=np.stack([resized(crop, (WINDOW_PX, WINDOW_PX)) for crop in crops]),
        box=_moved(box, window),
        kind=kind,
        truths=_table(pair.defects, window),
    )


def _cut(pixels: Pixels, window: Box) -> Pixels:
    """Beyond the rim, pixels of the rim."""
    margins = (_REACH_PX,) * 4
    padded = cv2.copyMakeBorder(pixels, *margins, cv2.BORDER_REPLICATE)
    inside = window.shifted(_REACH_PX, _REACH_PX)
    return np.asarray(padded[inside.y1 : inside.y2, inside.x1 : inside.x2], np.uint8)


def _moved(box: Box, window: Box, *, side: int = WINDOW_PX) -> NDArray[np.float32]:
    """Corners in the pixels of a window that is stored `side` pixels wide."""
    corners = np.array(box, np.float32) - (window.x1, window.y1, window.x1, window.y1)
    return np.asarray(corners * (side / window.width), np.float32)


def _table(defects: Iterable[Defect], window: Box, *, side: int = WINDOW_PX) -> NDArray[np.float32]:
    """Kind and corners of each defect that shows in the window."""
    table = np.full((_MOST_DEFECTS, 5), -1, np.float32)
    shown = [defect for defect in defects if defect.box.intersection_area(window)]
    for row, defect in zip(table, shown, strict=False):
        row[:] = KINDS.index(defect.label), *_moved(defect.box, window, side=side)
    return table


def _survey(pair: BoardPair) -> NDArray[np.uint8]:
    size = (SURVEY_PX, SURVEY_PX)
    return np.stack([resized(image, size) for image in (pair.template, pair.tested)])


def _board(pair: BoardPair, *, side: int) -> NDArray[np.float32]:
    """Defects from top to bottom, as an answer lists them, on a board `side` pixels wide."""
    ordered = sorted(pair.defects, key=lambda defect: (defect.box.y1, defect.box.x1))
    return _table(ordered, Box(0, 0, *size_of(pair.tested)), side=side)
