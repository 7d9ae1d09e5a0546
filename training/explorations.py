"""Turns of a scripted expert that explores a board: the conversation so far, and its next call."""

from dataclasses import dataclass
from math import ceil, floor
from typing import Self

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from foveal.agents.moves import NOTED, asked, shown, told
from foveal.models.protocol import Call, Message, Picture
from foveal.schemas.box import Box
from foveal.tools.image import Pixels, pixels_in
from foveal.tools.view import resized
from foveal.training.boards.pair import SIZE_PX
from foveal.training.chunk import Chunk, known
from foveal.training.crops import VIEW_PX, Tone
from foveal.training.truths import (
    SHOWN,
    clipped,
    from_the_top,
    per_side,
    share_inside,
    shown_in,
    shows_halves,
)
from foveal.training.turn import Turn
from foveal.training.wordings import Wording

SIDES = 12, 18
"""Of zooms, in steps; one side a batch, since the instructions name it."""

STEPS = 100
"""Along a side of the board: boxes are written in tens of thousandths."""

_STEP_PX = SIZE_PX / STEPS

_OFF_CENTRE = 0.12
"""Standard deviation of how far a zoom is off from what it is aimed at, over its side."""

_AIMED_SHARE = 0.8
"""Of earlier zooms, those on a defect."""

_TRIES = 8
"""For a view with no defect half inside."""


@dataclass(frozen=True, eq=False)
class Exploration:
    overview: Picture
    turns: list[Message]
    """After the overview."""

    call: Call
    """What the expert does next."""

    truths: NDArray[np.float32]
    """Of the last picture: kind and corners, 0 to 1."""


@dataclass(frozen=True, eq=False)
class Board:
    part: Pixels
    survey: Pixels
    """Small."""

    defects: NDArray[np.float32]
    """From top to bottom, in pixels of the part."""

    @classmethod
    def draw(cls, rng: Generator, chunk: Chunk, row: int) -> Self:
        turn, tone = Turn.draw(rng), Tone.draw(rng)
        defects = turn.truths(known(chunk.defects[row]) / per_side(SIZE_PX)) * per_side(SIZE_PX)
        return cls(
            turn.picture(tone.apply(chunk.parts[row])),
            turn.picture(tone.apply(chunk.surveys[row, 1])),
            from_the_top(defects),
        )

    def place(self, rng: Generator, waiting: NDArray[np.float32] | None, *, side: int) -> Box:
        """In steps, around the topmost of those that wait, or anywhere."""
        box = _around(rng, waiting, side=side)
        for _ in range(_TRIES):
            if not shows_halves(self.defects, _in_pixels(box)):
                break
            box = _around(rng, waiting, side=side)
        return box

    def view(self, name: str, frame: Box) -> Picture:
        cut = pixels_in(self.part, frame)
        return Picture(name, resized(cut, (VIEW_PX, VIEW_PX)))

    def shown_in(self, frame: Box) -> NDArray[np.float32]:
        return clipped(shown_in(self.defects, frame))


def draw_exploration(
    rng: Generator, board: Board, *, wording: Wording, zooms: int, side: int
) -> Exploration:
    """After so many zooms, each of `side` steps."""
    waiting, unsaid = board.defects, board.defects[:0]
    turns: list[Message] = []
    truths = board.defects / per_side(SIZE_PX)
    for number in range(1, zooms + 1):
        box = board.place(rng, waiting if rng.random() < _AIMED_SHARE else None, side=side)
        frame = _in_pixels(box)
        seen = share_inside(waiting, frame) >= SHOWN
        unsaid, waiting = waiting[seen], waiting[~seen]
        said = len(unsaid) if number < zooms else int(rng.integers(len(unsaid) + 1))
        turns += [asked(_zoom(box)), *shown(board.view(f"V{number}", frame))]
        turns += [turn for row in unsaid[:said] for turn in _noted(_report(row, wording))]
        unsaid, truths = unsaid[said:], board.shown_in(frame)
    if len(unsaid):
        call = _report(unsaid[0], wording)
    elif len(waiting):
        call = _zoom(board.place(rng, waiting, side=side))
    else:
        call = Call("done", {})
    return Exploration(Picture("A", board.survey), turns, call, truths)


def _around(rng: Generator, waiting: NDArray[np.float32] | None, *, side: int) -> Box:
    if waiting is not None and len(waiting):
        middle = (waiting[0, 1:3] + waiting[0, 3:5]) / 2 / _STEP_PX
        middle = middle + rng.normal(0, _OFF_CENTRE * side, 2)
    else:
        middle = rng.uniform(0, STEPS, 2)
    x, y = (int(v) for v in np.clip(np.round(middle - side / 2), 0, STEPS - side))
    return Box(x, y, x + side, y + side)


def _in_pixels(box: Box) -> Box:
    """Outwards, as a model's box is read."""
    x1, y1, x2, y2 = box
    return Box(floor(x1 * _STEP_PX), floor(y1 * _STEP_PX), ceil(x2 * _STEP_PX), ceil(y2 * _STEP_PX))


def _zoom(box: Box) -> Call:
    return Call("zoom", {"box": _written(box)})


def _report(defect: NDArray[np.float32], wording: Wording) -> Call:
    x1, y1, x2, y2 = (defect[1:] / _STEP_PX).tolist()
    box = Box(floor(x1), floor(y1), ceil(x2), ceil(y2)).clipped((STEPS, STEPS))
    label = wording.name(int(defect[0]))
    return Call("report", {"label": label, "box": _written(box)})


def _noted(call: Call) -> tuple[Message, Message]:
    return asked(call), told(NOTED)


def _written(box: Box) -> list[int]:
    return [corner * 1000 // STEPS for corner in box]
