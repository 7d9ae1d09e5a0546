"""A view of a tested board alone: each time another scale, place, turn and exposure."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from foveal.models.protocol import Picture
from foveal.tools.view import resized
from foveal.training.chunk import Chunk, known
from foveal.training.crops import VIEW_PX, Tone
from foveal.training.turn import Turn

_SIDES = 56, 168
"""Of the part that a view shows, in pixels of the board."""

_SHOWN, _HIDDEN = 0.6, 0.15
"""Shares of a defect inside a view from which on it counts, and up to which it does not."""

_TRIES = 20
_AIMED_SHARE = 0.7
"""Of views drawn around a defect."""

_CENTRED_SHARE = 0.4
"""Of those, views with the defect in the middle, as one that tests a claim has it."""


@dataclass(frozen=True, eq=False)
class BoardView:
    picture: Picture
    truths: NDArray[np.float32]
    """Kind and corners, 0 to 1, of each defect shown, the nearest to the middle first."""

    side_px: int
    """Of the board shown."""

    @property
    def in_the_middle(self) -> int | None:
        """Kind of the defect whose box holds the middle."""
        for kind, x1, y1, x2, y2 in self.truths.tolist():
            if x1 <= 0.5 <= x2 and y1 <= 0.5 <= y2:
                return int(kind)
        return None


def draw_view(rng: Generator, chunk: Chunk) -> BoardView:
    """No defect is half inside, if that can be helped."""
    row = int(rng.integers(len(chunk.parts)))
    part, defects = chunk.parts[row], known(chunk.defects[row])
    x, y, side = _frame(rng, defects, size=len(part))
    for _ in range(_TRIES):
        inside = _inside(defects, x, y, side)
        if not ((inside > _HIDDEN) & (inside < _SHOWN)).any():
            break
        x, y, side = _frame(rng, defects, size=len(part))
    shown = defects[_inside(defects, x, y, side) >= _SHOWN]
    turn = Turn.draw(rng)
    crop = Tone.draw(rng).apply(resized(part[y : y + side, x : x + side], (VIEW_PX, VIEW_PX)))
    frame, scale = np.array([0, x, y, x, y], np.float32), np.array([1, *[side] * 4], np.float32)
    truths = turn.truths((shown - frame) / scale)
    truths[:, 1:] = np.clip(truths[:, 1:], 0, 1)
    return BoardView(Picture("A", turn.picture(crop)), _nearest_first(truths), side)


def _frame(rng: Generator, defects: NDArray[np.float32], *, size: int) -> tuple[int, int, int]:
    """Left, top and side of a view that may be aimed at a defect."""
    side = int(np.exp(rng.uniform(*np.log(_SIDES))))
    if len(defects) and rng.random() < _AIMED_SHARE:
        box = defects[rng.integers(len(defects)), 1:]
        side = min(max(side, int(1.2 * max(box[2] - box[0], box[3] - box[1]))), size)
        reach = 0.08 if rng.random() < _CENTRED_SHARE else 0.42
        middle = (box[:2] + box[2:]) / 2 + side * rng.uniform(-reach, reach, 2)
    else:
        middle = rng.uniform(0, size, 2)
    x, y = (int(v) for v in np.clip(np.round(middle - side / 2), 0, size - side))
    return x, y, side


def _inside(defects: NDArray[np.float32], x: int, y: int, side: int) -> NDArray[np.float32]:
    """Share of each defect's box that a view shows."""
    low = np.maximum(defects[:, 1:3], (x, y))
    high = np.minimum(defects[:, 3:5], (x + side, y + side))
    seen = np.maximum(high - low, 0).prod(axis=1)
    return np.asarray(seen / (defects[:, 3:5] - defects[:, 1:3]).prod(axis=1), np.float32)


def _nearest_first(truths: NDArray[np.float32]) -> NDArray[np.float32]:
    middles = (truths[:, 1:3] + truths[:, 3:5]) / 2
    nearest = np.linalg.norm(middles - 0.5, axis=1).argsort(kind="stable")
    return np.asarray(truths[nearest], np.float32)
