"""A view of a tested board alone: each time another scale, place, turn and exposure."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from foveal.models.protocol import Picture
from foveal.schemas.box import Box
from foveal.tools.cover import covered_by_grey, covered_by_surroundings
from foveal.tools.image import Pixels
from foveal.tools.view import resized
from foveal.training.chunk import Chunk, known
from foveal.training.crops import VIEW_PX, Tone
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

SHOWN, _HIDDEN = 0.6, 0.15
"""Shares of a defect inside a view from which on it counts, and up to which it does not."""

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
    def in_the_middle(self) -> int | None:
        """Kind of the defect whose box holds the middle."""
        for kind, x1, y1, x2, y2 in self.truths.tolist():
            if x1 <= 0.5 <= x2 and y1 <= 0.5 <= y2:
                return int(kind)
        return None


def draw_view(rng: Generator, chunk: Chunk) -> BoardView:
    """No defect is half inside, and few views are blank, if that can be helped."""
    row = int(rng.integers(len(chunk.parts)))
    part, defects = chunk.parts[row], known(chunk.defects[row])
    frame = _frame(rng, defects, size=len(part))
    blank_too = rng.random() < _BLANK_SHARE
    for _ in range(_TRIES):
        if not shows_halves(defects, frame) and (blank_too or not _is_blank(_cut(part, frame))):
            break
        frame = _frame(rng, defects, size=len(part))
    cut, shown = _cut(part, frame), defects[share_inside(defects, frame) >= SHOWN]
    truths = (shown - _shift(frame)) / np.array([1, *[frame.width] * 4])
    if rng.random() < _COVERED_SHARE:
        cut, truths = _covered(rng, cut, truths)
    turn = Turn.draw(rng)
    crop = Tone.draw(rng).apply(resized(cut, (VIEW_PX, VIEW_PX)))
    truths = turn.truths(truths.astype(np.float32))
    truths[:, 1:] = np.clip(truths[:, 1:], 0, 1)
    return BoardView(Picture("A", turn.picture(crop)), _nearest_first(truths))


def _frame(rng: Generator, defects: NDArray[np.float32], *, size: int) -> Box:
    """A square that may be aimed at a defect."""
    side = int(np.exp(rng.uniform(*np.log(_SIDES))))
    if len(defects) and rng.random() < _AIMED_SHARE:
        box = defects[rng.integers(len(defects)), 1:]
        side = min(max(side, int(1.2 * max(box[2] - box[0], box[3] - box[1]))), size)
        reach = 0.08 if rng.random() < _CENTRED_SHARE else 0.42
        middle = (box[:2] + box[2:]) / 2 + side * rng.uniform(-reach, reach, 2)
    else:
        middle = rng.uniform(0, size, 2)
    x, y = (int(v) for v in np.clip(np.round(middle - side / 2), 0, size - side))
    return Box(x, y, x + side, y + side)


def shows_halves(defects: NDArray[np.float32], frame: Box) -> bool:
    inside = share_inside(defects, frame)
    return bool(((inside > _HIDDEN) & (inside < SHOWN)).any())


def _is_blank(pixels: Pixels) -> bool:
    return bool(pixels.std() < _BLANK_SPREAD)


def _cut(part: Pixels, frame: Box) -> Pixels:
    return part[frame.y1 : frame.y2, frame.x1 : frame.x2]


def _covered(
    rng: Generator, pixels: Pixels, truths: NDArray[np.float32]
) -> tuple[Pixels, NDArray[np.float32]]:
    """What is nearest to the middle covered, or the middle; and the defects still to be seen."""
    side, margin = len(pixels), rng.uniform(*_COVER_MARGINS_PX)
    x1, y1, x2, y2 = side * (_nearest_first(truths)[0, 1:] if len(truths) else _MIDDLE)
    corners = np.clip([x1 - margin, y1 - margin, x2 + margin, y2 + margin], 0, side)
    box = Box(*(int(corner) for corner in corners))
    hidden = share_inside(truths * np.array([1, *[side] * 4]), box)
    cover = covered_by_grey if rng.random() < _GREY_SHARE else covered_by_surroundings
    return cover(pixels, box), truths[hidden < _HIDDEN]


def share_inside(defects: NDArray[np.floating], box: Box) -> NDArray[np.floating]:
    """Share of each defect that lies in the box."""
    low = np.maximum(defects[:, 1:3], (box.x1, box.y1))
    high = np.minimum(defects[:, 3:5], (box.x2, box.y2))
    seen = np.maximum(high - low, 0).prod(axis=1)
    return np.asarray(seen / (defects[:, 3:5] - defects[:, 1:3]).prod(axis=1))


def _shift(frame: Box) -> NDArray[np.float32]:
    return np.array([0, frame.x1, frame.y1, frame.x1, frame.y1], np.float32)


def _nearest_first(truths: NDArray[np.float32]) -> NDArray[np.float32]:
    middles = (truths[:, 1:3] + truths[:, 3:5]) / 2
    nearest = np.linalg.norm(middles - 0.5, axis=1).argsort(kind="stable")
    return np.asarray(truths[nearest], np.float32)
