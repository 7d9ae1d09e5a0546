"""Whole boards of a chunk, small, as a survey or a scout is shown them."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from foveal.tools.image import Pixels
from foveal.training.chunk import SURVEY_PX, Chunk, known
from foveal.training.truths import from_the_top, per_side
from foveal.training.turn import Turn

_FEW, _FEW_SHARE = 2, 0.6


class WholeBoard(NamedTuple):
    template: Pixels
    tested: Pixels
    truths: NDArray[np.float32]
    """From the top, corners 0 to 1."""


def draw_whole_boards(rng: Generator, chunk: Chunk, size: int) -> Iterator[WholeBoard]:
    for row in draw_rows(rng, chunk, size):
        turn = Turn.draw(rng)
        template, tested = (turn.picture(image) for image in chunk.surveys[row])
        truths = turn.truths(known(chunk.boards[row]) / per_side(SURVEY_PX))
        yield WholeBoard(template, tested, from_the_top(truths))


def draw_rows(
    rng: Generator, chunk: Chunk, size: int, *, few_share: float = _FEW_SHARE
) -> list[int]:
    """Boards at random, most of them with few defects: short lists teach what a box is."""
    few = np.nonzero((chunk.boards[:, :, 0] >= 0).sum(1) <= _FEW)[0]
    anywhere = np.arange(len(chunk.boards))
    pick = rng.random(size) < few_share
    return [int(rng.choice(few if easy and len(few) else anywhere)) for easy in pick]
