"""How regions, views and whole pictures are answered for that the model was never trained on."""

from collections.abc import Iterable, Iterator, Sequence
from typing import get_args

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import Qwen3VLForConditionalGeneration

from foveal.agents.instructions import YES_NO, Language, Role
from foveal.training.batcher import Batcher
from foveal.training.chunk import Chunk
from foveal.training.forward import answer_logits
from foveal.training.sample import Sample
from foveal.training.tasks import draw_samples
from foveal.training.wordings import Wording, shipped

ROLES: tuple[Role, ...] = ("judge", "look", "liken", "verify", "confirm", "recognise")
_SIZE = 32

Named = dict[str, float]
"""Share of right answers, by what the right answer is."""


def validate(
    model: Qwen3VLForConditionalGeneration, batcher: Batcher, chunk: Chunk, *, batches: int = 8
) -> dict[str, Named]:
    """By role and language, under the shipped wording; an answer is told by its first token."""
    wordings = {
        f"{role} {language}": (role, shipped(role, language))
        for role in ROLES
        for language in get_args(Language)
    }
    return {
        name: _named(model, batcher, _drawn(chunk, role, wording, batches), _answers(role, wording))
        for name, (role, wording) in wordings.items()
    }


def _drawn(chunk: Chunk, role: Role, wording: Wording, batches: int) -> Iterator[list[Sample]]:
    rng = np.random.default_rng(0)
    for _ in range(batches):
        yield draw_samples(rng, role, chunk, wording, size=_SIZE)


@torch.inference_mode()
def _named(
    model: Qwen3VLForConditionalGeneration,
    batcher: Batcher,
    batches: Iterable[Sequence[Sample]],
    answers: Sequence[str],
) -> Named:
    first = [batcher.builder.encode(answer)[0] for answer in answers]
    said = np.zeros((len(answers), len(answers)), int)
    for samples in batches:
        tensors = batcher.tensors(samples)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            chosen = answer_logits(model, tensors)[:, first].argmax(1).tolist()
        for sample, choice in zip(samples, chosen, strict=True):
            said[answers.index(sample.answer), choice] += 1
    return dict(zip(answers, _shares(said), strict=True))


def _answers(role: Role, wording: Wording) -> Sequence[str]:
    if role in {"judge", "look", "liken"}:
        return [label.name for label in wording.labels.values()]
    return YES_NO[wording.language]


def _shares(said: NDArray[np.int64]) -> Iterable[float]:
    shares = said.diagonal() / np.maximum(said.sum(1), 1)
    return (round(float(share), 3) for share in shares)
