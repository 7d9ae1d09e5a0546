"""How regions and views are named that the model was never trained on."""

from typing import NamedTuple

import numpy as np
import torch
from transformers import Qwen3VLForConditionalGeneration

from foveal.agents.instructions import Role
from foveal.training.batcher import Batcher
from foveal.training.chunk import KINDS, Chunk
from foveal.training.forward import answer_logits
from foveal.training.tasks import draw_samples
from foveal.training.wordings import shipped

_SIZE = 32


class Judged(NamedTuple):
    accuracy: float
    recall: dict[str, float]
    """By kind."""


def validate(
    model: Qwen3VLForConditionalGeneration, batcher: Batcher, chunk: Chunk, *, batches: int = 16
) -> dict[Role, Judged]:
    """By role, under the shipped wording; an answer is told by its first token."""
    roles: tuple[Role, ...] = ("judge", "look")
    return {role: _named(model, batcher, chunk, role=role, batches=batches) for role in roles}


@torch.inference_mode()
def _named(
    model: Qwen3VLForConditionalGeneration,
    batcher: Batcher,
    chunk: Chunk,
    *,
    role: Role,
    batches: int,
) -> Judged:
    rng, wording = np.random.default_rng(0), shipped(role)
    names = [label.name for label in wording.labels.values()]
    first = [batcher.builder.encode(name)[0] for name in names]
    said = np.zeros((len(KINDS), len(KINDS)), int)
    for _ in range(batches):
        samples = draw_samples(rng, role, chunk, wording, size=_SIZE)
        tensors = batcher.tensors(samples)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            chosen = answer_logits(model, tensors)[:, first].argmax(1).tolist()
        for sample, choice in zip(samples, chosen, strict=True):
            said[names.index(sample.answer), choice] += 1
    right, asked = said.diagonal(), np.maximum(said.sum(1), 1)
    recall = {
        kind: round(float(share), 3) for kind, share in zip(names, right / asked, strict=True)
    }
    return Judged(round(float(right.sum() / said.sum()), 4), recall)
