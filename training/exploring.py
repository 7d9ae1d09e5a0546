"""Turns of a search that the model itself drives."""

from numpy.random import Generator

from foveal.agents.moves import moves, offering
from foveal.models.coordinates import Coordinates
from foveal.models.tool_text import call_text
from foveal.training.chunk import KINDS, NONE, SURVEY_PX, Chunk
from foveal.training.explorations import SIDES, STEPS, Board, draw_exploration
from foveal.training.sample import Sample
from foveal.training.whole_boards import draw_rows
from foveal.training.wordings import Wording

_FEW_SHARE = 0.3
"""Of boards, those with few defects: on most of those nothing is left to do."""

_MOST_ZOOMS = 3
"""Before the call that a sample practises."""


def explore(rng: Generator, chunk: Chunk, wording: Wording, size: int) -> list[Sample]:
    """As many pictures in each conversation, and zooms of one side: the instructions name it."""
    zooms, side = int(rng.integers(_MOST_ZOOMS + 1)), int(rng.integers(*SIDES, endpoint=True))
    written = side * 1000 // STEPS
    brief = wording.brief(width=written, height=written)
    box = Coordinates().box_schema(size=(SURVEY_PX, SURVEY_PX))
    labels = [label.name for kind, label in wording.labels.items() if kind != KINDS[NONE]]
    samples = []
    for row in draw_rows(rng, chunk, size, few_share=_FEW_SHARE):
        board = Board.draw(rng, chunk, row)
        explored = draw_exploration(rng, board, wording=wording, zooms=zooms, side=side)
        asked = offering(brief.conversation([explored.overview]), moves(labels, box=box))
        conversation = (*asked, *explored.turns)
        samples.append(Sample(conversation, call_text(explored.call), explored.truths))
    return samples
