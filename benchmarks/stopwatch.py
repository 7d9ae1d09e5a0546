"""What grammars cost: each by itself over finished texts, and all that a reply uses of its mask."""

from collections.abc import Callable, Iterable, Sequence
from time import perf_counter, process_time
from typing import Any, NamedTuple

import numpy as np
import torch
from transformers import PreTrainedTokenizerFast

from foveal.models.masks import Ids, Mask, Masks
from foveal.models.protocol import Grammar, JsonSchema
from public_schemas import Schema


class Costs(NamedTuple):
    compile_ms: list[float]
    """A schema each."""
    mask_ms: list[float]
    """A token each."""

    def figures(self) -> dict[str, float | None]:
        return {
            "compile_ms_p50": _percentile(self.compile_ms, 50),
            "compile_ms_p99": _percentile(self.compile_ms, 99),
            "mask_ms_p50": _percentile(self.mask_ms, 50),
            "mask_ms_p99": _percentile(self.mask_ms, 99),
        }


def costs(
    tokenizer: PreTrainedTokenizerFast,
    written: Iterable[tuple[Schema, Sequence[str]]],
    *,
    width: int,
) -> Costs:
    """Of compiling each schema, and of one mask for each token of its texts; in CPU time."""
    masks = Masks(tokenizer, vocabulary=width, stops=[tokenizer.eos_token_id])
    found = Costs([], [])
    for schema, texts in written:
        grammar = JsonSchema(schema)
        found.compile_ms.append(_milliseconds(lambda: masks.start(grammar)))  # noqa: B023 - at once
        for text in texts:
            mask = masks.start(grammar)
            for token in tokenizer.encode(text, add_special_tokens=False):
                started = process_time()
                allowed = mask.allowed()[token]
                found.mask_ms.append(1000 * (process_time() - started))
                if not allowed:  # where the text was cut inside a character
                    break
                mask.accept(token)
    return found


class TimedMasks:
    """Stands in for an engine's masks, and adds up the seconds that go into them."""

    def __init__(self, masks: Masks) -> None:
        self._masks = masks
        self.seconds = 0.0
        self.choices = 0

    def start(self, grammar: Grammar, *, avoid: Sequence[Ids] = ()) -> "TimedMask":
        return TimedMask(self.timed(self._masks.start)(grammar, avoid=avoid), self)

    def timed(self, use: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*given: Any, **named: Any) -> Any:
            started = perf_counter()
            try:
                return use(*given, **named)
            finally:
                self.seconds += perf_counter() - started

        return timed

    def seconds_applied(self, *, width: int) -> float:
        """What it takes to set the logits aside that the masks forbid, estimated."""
        logits, flags = torch.zeros(width), np.zeros(width, dtype=np.bool_)

        def apply() -> None:
            logits[torch.from_numpy(~flags)] = -torch.inf

        return self.choices * float(np.median([_milliseconds(apply) for _ in range(50)])) / 1000


class TimedMask:
    def __init__(self, mask: Mask, masks: TimedMasks) -> None:
        self._mask, self._masks = mask, masks

    def __getattr__(self, name: str) -> Any:
        self._masks.choices += name == "allowed"
        found = self._masks.timed(getattr)(self._mask, name)
        return self._masks.timed(found) if callable(found) else found


def _milliseconds(use: Callable[[], object]) -> float:
    started = process_time()
    use()
    return 1000 * (process_time() - started)


def _percentile(values: Sequence[float], share: int) -> float | None:
    return float(np.percentile(values, share)) if values else None
