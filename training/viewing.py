"""Questions about one picture, with nothing to compare it with."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import numpy as np
from numpy.random import Generator

from foveal.agents.instructions import YES_NO, Brief
from foveal.agents.scout import MOST_REGIONS
from foveal.models.protocol import Picture
from foveal.tools.image import Pixels
from foveal.tools.view import resized
from foveal.training.answers import listed, suspected
from foveal.training.chunk import DIGIT_0, KINDS, SURVEY_PX, Chunk
from foveal.training.comparing import TRUE_CLAIMS
from foveal.training.crops import Tone
from foveal.training.digits import draw_digit
from foveal.training.sample import Sample
from foveal.training.strangers import draw_stranger
from foveal.training.thoughts import with_thought
from foveal.training.truths import NOTHING
from foveal.training.turn import Turn
from foveal.training.views import BoardView, draw_likened, draw_view
from foveal.training.whole_boards import draw_whole_boards
from foveal.training.wording_words import OTHER_SUBJECTS
from foveal.training.wordings import Wording

_TRIES = 12
"""For a view of what is claimed."""

_BOARDS_ASKED_FOR = 0.85
"""Share of batches that ask whether pictures show boards."""


def sight(rng: Generator, chunk: Chunk, wording: Wording, size: int) -> list[Sample]:
    del chunk
    brief = wording.brief()
    samples = []
    for _ in range(size):
        digit = int(rng.integers(10))
        drawn = draw_digit(rng, digit)
        conversation = brief.conversation([Picture("A", drawn.pixels)])
        truths = np.array([[DIGIT_0 + digit, *drawn.corners]], np.float32)
        samples.append(Sample(conversation, str(digit), truths))
    return samples


def look(rng: Generator, chunk: Chunk, wording: Wording, size: int) -> list[Sample]:
    brief = wording.brief()
    return [
        _sample(brief, view, wording.name(view.nearest)) for view in draw_views(rng, chunk, size)
    ]


def liken(rng: Generator, chunk: Chunk, wording: Wording, size: int) -> list[Sample]:
    """Each view beside the one of the same board that looks most like it."""
    brief = wording.brief()
    samples = []
    for _ in range(size):
        like, view = draw_likened(rng, chunk)
        conversation = brief.conversation([like, view.picture])
        samples.append(Sample(conversation, wording.name(view.in_the_middle), view.truths))
    return samples


def look_thinking(rng: Generator, chunk: Chunk, wording: Wording, size: int) -> list[Sample]:
    wording = wording.thinking(rng)
    brief = wording.brief()
    samples = []
    for view in draw_views(rng, chunk, size):
        answer = with_thought(rng, wording, view.truths, view.nearest, compared=False)
        samples.append(_sample(brief, view, answer))
    return samples


def find(rng: Generator, chunk: Chunk, wording: Wording, size: int) -> list[Sample]:
    brief = wording.brief()
    return [
        _sample(brief, view, listed(wording, view.truths)) for view in draw_views(rng, chunk, size)
    ]


def confirm(rng: Generator, chunk: Chunk, wording: Wording, size: int) -> list[Sample]:
    """A claim a batch; views of what is claimed are drawn more often."""
    claimed = int(rng.integers(len(KINDS)))
    brief = wording.brief(claim=wording.name(claimed))
    yes, no = YES_NO[wording.language]
    samples = []
    for _ in range(size):
        views = draw_views(rng, chunk, _TRIES if rng.random() < TRUE_CLAIMS else 1)
        view = _first(views, lambda view: view.in_the_middle == claimed)
        samples.append(_sample(brief, view, yes if view.in_the_middle == claimed else no))
    return samples


def recognise(rng: Generator, chunk: Chunk, wording: Wording, size: int) -> list[Sample]:
    """Half boards, half anything else; now and then something else is asked for."""
    asked_for_boards = rng.random() < _BOARDS_ASKED_FOR
    if not asked_for_boards:
        others = OTHER_SUBJECTS[wording.language]
        wording = replace(wording, subject=str(rng.choice(others)))
    brief = wording.brief()
    yes, no = YES_NO[wording.language]
    samples = []
    for row in rng.integers(len(chunk.surveys), size=size):
        is_board = rng.random() < 0.5
        pixels = _board(rng, chunk, int(row)) if is_board else draw_stranger(rng)
        answer = yes if is_board and asked_for_boards else no
        samples.append(Sample(brief.conversation([Picture("A", pixels)]), answer, NOTHING))
    return samples


def scout(rng: Generator, chunk: Chunk, wording: Wording, size: int) -> list[Sample]:
    """Of whole boards, small."""
    brief = wording.brief()
    samples = []
    for board in draw_whole_boards(rng, chunk, size):
        answer = suspected(rng, wording, board.truths[:MOST_REGIONS])
        conversation = brief.conversation([Picture("A", board.tested)])
        samples.append(Sample(conversation, answer, board.truths))
    return samples


def draw_views(rng: Generator, chunk: Chunk, size: int) -> Iterator[BoardView]:
    for _ in range(size):
        yield draw_view(rng, chunk)


def _sample(brief: Brief, view: BoardView, answer: str) -> Sample:
    return Sample(brief.conversation([view.picture]), answer, view.truths)


def _first(views: Iterable[BoardView], fits: Callable[[BoardView], bool]) -> BoardView:
    """Else the last one."""
    for view in views:
        if fits(view):
            break
    return view


def _board(rng: Generator, chunk: Chunk, row: int) -> Pixels:
    """The whole of it or a part, a template or tested."""
    whole = chunk.surveys[row, rng.integers(2)]
    if rng.random() < 0.5:
        whole = chunk.parts[row]
        side = int(rng.integers(SURVEY_PX, len(whole) + 1))
        x, y = rng.integers(0, len(whole) - side + 1, 2)
        whole = resized(whole[y : y + side, x : x + side], (SURVEY_PX, SURVEY_PX))
    return Turn.draw(rng).picture(Tone.draw(rng).apply(whole))
