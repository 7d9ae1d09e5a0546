"""Questions without a picture: a document about what was found."""

from numpy.random import Generator

from foveal.training.chunk import Chunk
from foveal.training.documents import Document, draw_document
from foveal.training.sample import Sample
from foveal.training.thoughts import after_thought
from foveal.training.told import draw_facts
from foveal.training.truths import NOTHING
from foveal.training.wordings import Wording

_LENGTHS = 3
"""Times as many documents are drawn as a batch holds."""

_SAME_FACTS = 0.75

_LONG, _SHORTER = 0.2, 3
"""Share of batches of long forms, and how many times fewer they hold."""


def report(rng: Generator, chunk: Chunk, wording: Wording, size: int) -> list[Sample]:
    """Each sample has a schema of its own: few schemas would be learned by heart.

    Those of one batch are about as long as one another, so that little of it is padding. In most
    batches all are about the same facts, which are then read once. One that reads facts for each
    holds half as many: attention over 32 of 900 tokens takes 13 GB.
    """
    del chunk
    return _about_as_long(rng, wording, size, thinking=False)


def report_thinking(rng: Generator, chunk: Chunk, wording: Wording, size: int) -> list[Sample]:
    del chunk
    return _about_as_long(rng, wording.thinking(rng), size, thinking=True)


def _about_as_long(rng: Generator, wording: Wording, size: int, *, thinking: bool) -> list[Sample]:
    facts = draw_facts(rng, wording) if rng.random() < _SAME_FACTS else None
    long = rng.random() < _LONG
    size = -(-size // ((1 if facts else 2) * (_SHORTER if long else 1)))
    drawn = (draw_document(rng, wording, facts, long=long) for _ in range(_LENGTHS * size))
    told = (_told(document, wording, thinking=thinking) for document in drawn)
    samples = sorted(told, key=_length)
    first = int(rng.integers(len(samples) - size + 1))
    return samples[first : first + size]


def _told(document: Document, wording: Wording, *, thinking: bool) -> Sample:
    brief = wording.brief(**document.values)
    answer = after_thought(document.thought, document.answer) if thinking else document.answer
    return Sample(brief.told(), answer, NOTHING)


def _length(sample: Sample) -> int:
    return sum(len(str(part)) for message in sample.conversation for part in message.parts)
