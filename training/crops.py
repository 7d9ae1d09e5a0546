"""A stored region as a judge might be shown it: each time another scale, place, turn, exposure."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from foveal.models.protocol import Picture
from foveal.tools.image import Pixels
from foveal.tools.view import resized
from foveal.training.chunk import WINDOW_PX, Chunk, known
from foveal.training.turn import Turn

VIEW_PX = 128
"""Side of the pictures that judge, locate, verify and sight are shown."""

_LEAST_SIDE, _AROUND = 64, 1.45


@dataclass(frozen=True, eq=False)
class Crops:
    """A and B, and what is true of them; corners run from 0 to 1."""

    pictures: tuple[Picture, Picture]
    kind: int
    box: NDArray[np.float32]
    """Corners of the proposal."""

    truths: NDArray[np.float32]
    """Kind and corners of every defect."""


def draw_crops(rng: Generator, chunk: Chunk, row: int) -> Crops:
    box = chunk.boxes[row]
    longest = float(max(box[2] - box[0], box[3] - box[1]))
    side = _side(rng, longest)
    middle = (box[:2] + box[2:]) / 2 + rng.normal(0, 2.0, 2)
    x, y = (int(v) for v in np.clip(np.round(middle - side / 2), 0, WINDOW_PX - side))
    turn, tone = Turn.draw(rng), Tone.draw(rng)
    dx, dy = (int(v) for v in rng.integers(-1, 2, 2)) if rng.random() < 0.3 else (0, 0)
    template, tested = chunk.windows[row]
    crops = _cut(template, x + dx, y + dy, side=side), _cut(tested, x, y, side=side)
    reference, shown = (turn.picture(tone.apply(crop)) for crop in crops)
    frame, scale = np.array([0, x, y, x, y], np.float32), np.array([1, *[side] * 4], np.float32)
    proposal = np.array([[0, *box]], np.float32)
    return Crops(
        pictures=(Picture("A", reference), Picture("B", shown)),
        kind=int(chunk.kinds[row]),
        box=turn.truths((proposal - frame) / scale)[0, 1:],
        truths=turn.truths((known(chunk.truths[row]) - frame) / scale),
    )


def _side(rng: Generator, longest: float) -> int:
    side = max(_LEAST_SIDE, _AROUND * longest) * np.exp(rng.normal(0.08, 0.22))
    return int(np.clip(side, longest * 0.9, WINDOW_PX))


def _cut(image: Pixels, x: int, y: int, *, side: int) -> Pixels:
    """The square moved inside the window, at the size shown."""
    left, top = (int(np.clip(v, 0, WINDOW_PX - side)) for v in (x, y))
    return resized(image[top : top + side, left : left + side], (VIEW_PX, VIEW_PX))


@dataclass(frozen=True)
class Tone:
    """Exposure that both pictures share."""

    gain: float
    offset: float

    @classmethod
    def draw(cls, rng: Generator) -> Self:
        if rng.random() < 0.8:
            return cls(1.0, 0.0)
        gain = float(rng.uniform(0.6, 1.0))
        return cls(gain, float(rng.uniform(0, 255 * (1 - gain))))

    def apply(self, pixels: Pixels) -> Pixels:
        if self.gain == 1.0:
            return pixels
        return np.asarray(np.round(pixels * self.gain + self.offset), np.uint8)
