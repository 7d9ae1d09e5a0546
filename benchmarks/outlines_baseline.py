"""Outlines under the same JSON Schema with the same weights, where it is installed.

    pip install outlines==1.3.3

Its model of several modalities wants transformers' processor, and so torchvision. What it does to a
reply is a logits processor, which `generate` takes as it is; the one here is of its default backend
for JSON Schemas.
"""

import sys
from collections.abc import Sequence
from statistics import fmean
from time import perf_counter
from typing import Any

import torch
from torch import Tensor

from contenders import PlainLoop
from foveal.models.engine import Checkpoint
from foveal.models.protocol import Conversation

try:
    from outlines.backends import JSON_SCHEMA_DEFAULT_BACKEND, get_json_schema_logits_processor
    from outlines.models import Transformers
except ModuleNotFoundError:
    Transformers = None


def outlines_figures(
    checkpoint: Checkpoint, schema: str, asked: Sequence[Conversation], *, tokens: int
) -> dict[str, object] | None:
    """Nothing where outlines is not installed."""
    if Transformers is None:
        print("no baseline of outlines: pip install outlines==1.3.3", file=sys.stderr)
        return None
    model = Transformers(checkpoint.model, checkpoint.tokenizer)
    started = perf_counter()
    processor = get_json_schema_logits_processor(JSON_SCHEMA_DEFAULT_BACKEND, model, schema)
    compiled = perf_counter() - started
    plain, timed = PlainLoop(checkpoint), _Timed(processor)
    started = perf_counter()
    for conversation in asked:
        processor.reset()
        plain.write(conversation, tokens=tokens, processor=timed)
    seconds = perf_counter() - started
    return {
        "backend": JSON_SCHEMA_DEFAULT_BACKEND,
        "compile_ms": 1000 * compiled,
        "mask_ms": 1000 * fmean(timed.seconds),
        "grammar_share": sum(timed.seconds) / seconds,
        "forward_passes_per_token": len(timed.seconds) / plain.written,
        "seconds_per_token": seconds / plain.written,
    }


class _Timed:
    """As many calls as forward passes."""

    def __init__(self, processor: Any) -> None:
        self._processor = processor
        self.seconds: list[float] = []

    def __call__(self, ids: Tensor, scores: Tensor) -> Tensor:
        started = perf_counter()
        with torch.autocast(scores.device.type, enabled=False):
            biased: Tensor = self._processor(ids, scores)
        self.seconds.append(perf_counter() - started)
        return biased
