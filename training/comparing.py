"""Questions about a region shown twice, on the reference and on the tested part."""

from collections.abc import Iterator

import numpy as np
from numpy.random import Generator

from foveal.agents.instructions import YES_NO, Brief
from foveal.models.protocol import Picture
from foveal.training.answers import ANNOTATION_MARGIN, listed, located
from foveal.training.chunk import KINDS, NONE, Chunk
from foveal.training.crops import Crops, draw_crops
from foveal.training.sample import Sample
from foveal.training.thoughts import with_thought
from foveal.training.whole_boards import draw_whole_boards
from foveal.training.wordings import Wording

_HARMLESS_SHARE = 0.25
_TURNED_ROUND = 0.15
"""Share of batches that show the tested picture first."""

TRUE_CLAIMS = 0.45
"""Share of claims that are made true, besides those that happen to be."""


def judge(rng: Generator, chunk: Chunk, wording: Wording, size: int) -> list[Sample]:
    brief = _turned_now_and_then(rng, wording.brief())
    return [_sample(brief, crops, wording.name(crops.kind)) for crops in _crops(rng, chunk, size)]


def judge_thinking(rng: Generator, chunk: Chunk, wording: Wording, size: int) -> list[Sample]:
    wording = wording.thinking(rng)
    brief = _turned_now_and_then(rng, wording.brief())
    samples = []
    for crops in _crops(rng, chunk, size):
        answer = with_thought(rng, wording, crops.truths, crops.kind, compared=True)
        samples.append(_sample(brief, crops, answer))
    return samples


def locate(rng: Generator, chunk: Chunk, wording: Wording, size: int) -> list[Sample]:
    brief = wording.brief()
    return [
        _sample(brief, crops, located(wording, crops.kind, crops.box))
        for crops in _crops(rng, chunk, size)
    ]


def verify(rng: Generator, chunk: Chunk, wording: Wording, size: int) -> list[Sample]:
    claimed = int(rng.integers(len(KINDS)))
    brief = _turned_now_and_then(rng, wording.brief(claim=wording.name(claimed)))
    yes, no = YES_NO[wording.language]
    samples = []
    for row in _rows(rng, chunk, size):
        crops = draw_crops(rng, chunk, _claimed_row(rng, chunk, claimed, row))
        samples.append(_sample(brief, crops, yes if crops.kind == claimed else no))
    return samples


def survey(rng: Generator, chunk: Chunk, wording: Wording, size: int) -> list[Sample]:
    """Of whole boards, small."""
    brief = wording.brief()
    samples = []
    for board in draw_whole_boards(rng, chunk, size):
        shown = [Picture("A", board.template), Picture("B", board.tested)]
        answer = listed(wording, board.truths, margin=ANNOTATION_MARGIN)
        samples.append(Sample(brief.conversation(shown), answer, board.truths))
    return samples


def _sample(brief: Brief, crops: Crops, answer: str) -> Sample:
    return Sample(brief.conversation(crops.pictures), answer, crops.truths)


def _turned_now_and_then(rng: Generator, brief: Brief) -> Brief:
    return brief.turned_round() if rng.random() < _TURNED_ROUND else brief


def _claimed_row(rng: Generator, chunk: Chunk, claimed: int, row: int) -> int:
    """A region of the claimed kind now and then, else the one given."""
    of_kind = np.nonzero(chunk.kinds == claimed)[0]
    if len(of_kind) and rng.random() < TRUE_CLAIMS:
        return int(rng.choice(of_kind))
    return row


def _crops(rng: Generator, chunk: Chunk, size: int) -> Iterator[Crops]:
    for row in _rows(rng, chunk, size):
        yield draw_crops(rng, chunk, row)


def _rows(rng: Generator, chunk: Chunk, size: int) -> list[int]:
    """Regions at random, a quarter of them harmless."""
    harmful = np.nonzero(chunk.kinds != NONE)[0]
    harmless = np.nonzero(chunk.kinds == NONE)[0]
    pick = rng.random(size) < _HARMLESS_SHARE
    return [int(rng.choice(harmless if quiet else harmful)) for quiet in pick]
