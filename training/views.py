"""A view of a tested board alone: each time another scale, place, turn and exposure."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from foveal.models.protocol import Picture
from foveal.schemas.box import Box
from foveal.tools.alike import most_alike
from foveal.tools.cover import covered_by_grey, covered_by_surroundings
from foveal.tools.image import Pixels
from foveal.tools.view import resized
from foveal.training.chunk import NONE, Chunk, known
from foveal.training.crops import VIEW_PX, Tone
from foveal.training.truths import (
    HIDDEN,
    clipped,
    nearest_first,
    per_side,
    share_inside,
    shown_in,
    shows_halves,
)
from foveal.training.turn import Turn

_SIDES = 56, 120
"""Of the part that a view shows, in pixels of the board."""

_BLANK_SPREAD, _BLANK_SHARE = 6.0, 0.1
"""Standard deviation of grey below which a view shows no edge, and how many such are kept."""

_COVERED_SHARE = 0.08
"""Of views, those in which what would be in the middle is covered, as one that tests evidence has
it: nothing is left to see there."""

_COVER_MARGINS_PX = 3, 10
_GREY_SHARE = 0.4
"""Of covers, the flat ones."""

_MIDDLE = np.array([0.35, 0.35, 0.65, 0.65])

_SUSPECTED_SHARE = 0.5
"""Of views, those of a place that a model would examine, where the chunk holds such."""

_LEAST_EXAMINED, _AROUND = 40, (1.15, 2.3)
"""Of the part, in pixels; and sides of the view over the longest side of the place."""

_TRIES = 20
_AIMED_SHARE = 0.65
"""Of views drawn around a defect."""

_CENTRED_SHARE = 0.4
"""Of those, views with the defect in the middle, as one that tests a claim has it."""


@dataclass(frozen=True, eq=False)
class BoardView:
    picture: Picture
    truths: NDArray[np.float32]
    """Kind and corners, 0 to 1, of each defect shown, the nearest to the middle first."""

    @property
    def nearest(self) -> int:
        """Kind of the defect nearest to the middle."""
        return int(self.truths[0, 0]) if len(self.truths) else NONE

    @property
    def in_the_middle(self) -> int:
        """Kind of the defect whose box holds the middle."""
        for kind, x1, y1, x2, y2 in self.truths.tolist():
            if x1 <= 0.5 <= x2 and y1 <= 0.5 <= y2:
                return int(kind)
        return NONE


def draw_view(rng: Generator, chunk: Chunk) -> BoardView:
    """No defect is half inside, and few views are blank, if that can be helped."""
    row, frame = _shown(rng, chunk)
    cut, truths = _cut(chunk, row, frame), shown_in(known(chunk.defects[row]), frame)
    if rng.random() < _COVERED_SHARE:
        cut, truths = _covered(rng, cut, truths)
    turn = Turn.draw(rng)
    crop = Tone.draw(rng).apply(resized(cut, (VIEW_PX, VIEW_PX)))
    truths = nearest_first(clipped(turn.truths(truths)))
    return BoardView(Picture("A", turn.picture(crop)), truths)


def draw_likened(rng: Generator, chunk: Chunk) -> tuple[Picture, BoardView]:
    """The place that looks most like one of the same board, as A, and that one as B."""
    row, frame = _shown(rng, chunk)
    like = most_alike(chunk.parts[row], frame) or frame
    turn, tone = Turn.draw(rng), Tone.draw(rng)
    crops = (resized(_cut(chunk, row, box), (VIEW_PX, VIEW_PX)) for box in (like, frame))
    reference, shown = (turn.picture(tone.apply(crop)) for crop in crops)
    truths = nearest_first(clipped(turn.truths(shown_in(known(chunk.defects[row]), frame))))
    return Picture("A", reference), BoardView(Picture("B", shown), truths)


def _shown(rng: Generator, chunk: Chunk) -> tuple[int, Box]:
    """A board and a square on it."""
    suspected = len(chunk.suspects) > 0 and rng.random() < _SUSPECTED_SHARE
    aim = _at_suspect if suspected else _anywhere
    blank_too = rng.random() < _BLANK_SHARE
    row, frame = aim(rng, chunk)
    for _ in range(_TRIES):
        halves = shows_halves(known(chunk.defects[row]), frame)
        if not halves and (blank_too or not _is_blank(_cut(chunk, row, frame))):
            break
        row, frame = aim(rng, chunk)
    return row, frame


def _anywhere(rng: Generator, chunk: Chunk) -> tuple[int, Box]:
    """A board and a square on it that may be aimed at a defect."""
    row = int(rng.integers(len(chunk.parts)))
    size, defects = len(chunk.parts[row]), known(chunk.defects[row])
    side = int(np.exp(rng.uniform(*np.log(_SIDES))))
    if not len(defects) or rng.random() >= _AIMED_SHARE:
        return row, _square(rng.uniform(0, size, 2), side, size=size)
    box = defects[rng.integers(len(defects)), 1:]
    side = min(max(side, int(1.2 * max(box[2] - box[0], box[3] - box[1]))), size)
    reach = 0.08 if rng.random() < _CENTRED_SHARE else 0.42
    middle = (box[:2] + box[2:]) / 2 + side * rng.uniform(-reach, reach, 2)
    return row, _square(middle, side, size=size)


def _at_suspect(rng: Generator, chunk: Chunk) -> tuple[int, Box]:
    """A board and the surroundings of a place on it, about as they are examined."""
    row, *corners = chunk.suspects[rng.integers(len(chunk.suspects))]
    x1, y1, x2, y2 = (float(corner) for corner in corners)
    size = len(chunk.parts[int(row)])
    around = np.exp(rng.uniform(*np.log(_AROUND)))
    side = min(int(around * max(_LEAST_EXAMINED, x2 - x1, y2 - y1)), size)
    middle = np.array([x1 + x2, y1 + y2]) / 2 + side * rng.uniform(-0.06, 0.06, 2)
    return int(row), _square(middle, side, size=size)


def _square(middle: NDArray[np.floating], side: int, *, size: int) -> Box:
    """Moved inside a board of that size."""
    x, y = (int(v) for v in np.clip(np.round(middle - side / 2), 0, size - side))
    return Box(x, y, x + side, y + side)


def _cut(chunk: Chunk, row: int, frame: Box) -> Pixels:
    return np.asarray(chunk.parts[row, frame.y1 : frame.y2, frame.x1 : frame.x2], np.uint8)


def _is_blank(pixels: Pixels) -> bool:
    return bool(pixels.std() < _BLANK_SPREAD)


def _covered(
    rng: Generator, pixels: Pixels, truths: NDArray[np.float32]
) -> tuple[Pixels, NDArray[np.float32]]:
    """What is nearest to the middle covered, or the middle; and the defects still to be seen."""
    side, margin = len(pixels), rng.uniform(*_COVER_MARGINS_PX)
    x1, y1, x2, y2 = side * (nearest_first(truths)[0, 1:] if len(truths) else _MIDDLE)
    corners = np.clip([x1 - margin, y1 - margin, x2 + margin, y2 + margin], 0, side)
    box = Box(*(int(corner) for corner in corners))
    hidden = share_inside(truths * per_side(side), box)
    cover = covered_by_grey if rng.random() < _GREY_SHARE else covered_by_surroundings
    return cover(pixels, box), truths[hidden < HIDDEN]
