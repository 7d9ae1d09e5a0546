"""One defect is one track, however often it is found: boxes followed from frame to frame.

As SORT does it (Bewley et al. 2016, arXiv:1602.00763), a box is predicted, then matched by overlap.
What moved it between two frames is known from the gate, so no velocity need be guessed, and since
findings hardly overlap, the best match first does as well as an optimal assignment.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import NamedTuple

import cv2
import numpy as np

from foveal.schemas.box import Box
from foveal.tools.difference import structural
from foveal.tools.gate import CELL_PX, Passage
from foveal.tools.image import Pixels, pixels_in, size_of
from foveal.tools.pair import alike, exposed_like, strongest

_OVERLAP = 0.3
"""Intersection over union from which two boxes are of one defect, as in SORT."""

_SLACK_PX = 8
"""Boxes are grown by this before: what following them leaves is much of a small box."""

_FORGIVEN = 1
"""So often in a row a track may go unfound where nothing moved."""

_AROUND_PX, _TREMBLE_PX, _ALIKE_LEVELS = 16, 2, 32
"""Surroundings of a box that differ by less after a movement are taken to be the same."""


@dataclass(frozen=True)
class Track:
    id: str
    box: Box
    missed: int = 0
    """In how many frames in a row it was not found."""


class Tracked(NamedTuple):
    ids: list[str]
    """Of the track that each box belongs to, in the order given."""

    begun: set[str]
    ended: list[str]


class Tracker:
    def __init__(self) -> None:
        self._tracks: list[Track] = []
        self._pixels: Pixels | None = None

    def update(
        self, boxes: Sequence[Box], pixels: Pixels, passage: Passage | None, *, frame: str
    ) -> Tracked:
        """With what was found in a frame; new tracks are named by it.

        Without a passage it shows another part than the one before.
        """
        expected = [self._expected(track, pixels, passage) for track in self._tracks]
        matches = _matches(expected, boxes)
        ids = [
            self._tracks[matches[at]].id if at in matches else f"{frame}#{at + 1}"
            for at in range(len(boxes))
        ]
        kept = [Track(name, box) for name, box in zip(ids, boxes, strict=True)]
        missed = [
            replace(track, missed=track.missed + 1)
            for at, track in enumerate(self._tracks)
            if at not in matches.values() and expected[at] == track.box
        ]
        forgiven = [track for track in missed if track.missed <= _FORGIVEN]
        before = {track.id for track in self._tracks}
        self._tracks, self._pixels = [*kept, *forgiven], pixels
        after = {track.id for track in self._tracks}
        return Tracked(ids, after - before, sorted(before - after))

    def end(self) -> list[str]:
        """All tracks that are left."""
        ended = sorted(track.id for track in self._tracks)
        self._tracks = []
        return ended

    def _expected(self, track: Track, pixels: Pixels, passage: Passage | None) -> Box | None:
        """Where it should be; None where it left the picture, or no one knows."""
        if passage is None:
            return None
        if not _is_swept(track.box, passage.swept):
            return track.box
        if passage.carried is None:
            return track.box if self._looks_as_before(track.box, pixels) else None
        dx, dy = map(round, passage.carried)
        there = track.box.shifted(dx, dy)
        x, y = there.center
        width, height = size_of(pixels)
        return there if 0 <= x < width and 0 <= y < height else None

    def _looks_as_before(self, box: Box, pixels: Pixels) -> bool:
        if self._pixels is None or size_of(self._pixels) != size_of(pixels):
            return False
        around = box.grown(_AROUND_PX).clipped(size_of(pixels))
        here, there = alike(*(_smooth(image, around) for image in (pixels, self._pixels)))
        levels = strongest(structural(exposed_like(here, there), here, tolerance_px=_TREMBLE_PX))
        return int(levels.max()) < _ALIKE_LEVELS


def _smooth(pixels: Pixels, box: Box) -> Pixels:
    cut = np.ascontiguousarray(pixels_in(pixels, box))
    return np.asarray(cv2.GaussianBlur(cut, (3, 3), 0), np.uint8)


def _is_swept(box: Box, swept: Pixels) -> bool:
    rows = slice(box.y1 // CELL_PX, -(-box.y2 // CELL_PX))
    columns = slice(box.x1 // CELL_PX, -(-box.x2 // CELL_PX))
    return bool(swept[rows, columns].any())


def _matches(expected: Sequence[Box | None], boxes: Sequence[Box]) -> dict[int, int]:
    """Index of a box → index of what was expected there; the largest overlap first."""
    overlaps = [
        (_overlap(there, box), at, number)
        for (at, box), (number, there) in product(enumerate(boxes), enumerate(expected))
        if there is not None
    ]
    matches: dict[int, int] = {}
    for overlap, at, number in sorted(overlaps, reverse=True):
        if overlap >= _OVERLAP and at not in matches and number not in matches.values():
            matches[at] = number
    return matches


def _overlap(first: Box, second: Box) -> float:
    return first.grown(_SLACK_PX).iou(second.grown(_SLACK_PX))
