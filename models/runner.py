"""Forward passes of Qwen3-VL over padded batches, each over nothing but what is new.

Pictures are encoded once, and what a prompt begins with is recalled where it was read before.
Positions (M-RoPE) are computed for each whole prompt and always passed: transformers keeps the
offset of its last prompt on the model object, where a second conversation overwrites it. Padding
stands on the right of the new tokens, so no prompt's own tokens see it.

Sums are rounded otherwise in a pass of another shape. A runner that reads in blocks gives every
prompt the same passes, whatever was read before: pictures are encoded one by one, and each block of
tokens is read after the whole blocks before it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import linear, pad

from foveal.models.embedding import embedded
from foveal.models.features import PATCHES_AT_ONCE, Features, FeatureStore
from foveal.models.job import Job
from foveal.models.memory import Memory
from foveal.models.patches import Grid, Patcher
from foveal.models.prefixes import Known, Prefixes, shared_length, text_keys
from foveal.models.prompt import Outline
from foveal.models.protocol import Pixels
from foveal.models.qwen3_vl import Qwen3VL
from foveal.models.spans import Row, Span
from foveal.schemas.report import Usage

LENGTH_STEP = 32
"""New tokens are padded to a multiple, because oneDNN builds kernels anew for every shape."""

_LEAST_SHARED = 16
"""Fewer tokens that a batch begins with are not worth a pass of their own."""


@dataclass(frozen=True)
class Budgets:
    """Bytes kept of what may be needed again."""

    features: int = 512_000_000
    prefixes: int = 1_000_000_000


USUAL_BUDGETS = Budgets()


class Reading(NamedTuple):
    """The state after each row's last token, [rows, width], and what is needed to go on."""

    last: Tensor
    memory: Memory
    rows: list[Row]
    usage: list[Usage]


class Runner:
    def __init__(
        self,
        model: Qwen3VL,
        patcher: Patcher,
        *,
        autocast: bool,
        budgets: Budgets = USUAL_BUDGETS,
        block: int | None = None,
    ) -> None:
        """With a `block` of tokens, prompts are read in blocks, each prompt by itself."""
        self.model = model
        self.patcher, self._autocast = patcher, autocast
        self._block = block
        self._features = FeatureStore(
            model, patcher, budget=budgets.features, at_once=0 if block else PATCHES_AT_ONCE
        )
        self._prefixes = Prefixes(budget=budgets.prefixes, block=block or 1)
        self._positions = lru_cache(maxsize=256)(self._find_positions)

    @property
    def vocabulary(self) -> int:
        """Width of the logits."""
        return int(self.model.config.text_config.vocab_size)

    @contextmanager
    def inference(self) -> Iterator[None]:
        with (
            torch.inference_mode(),
            torch.autocast(self.model.device.type, torch.bfloat16, enabled=self._autocast),
        ):
            yield

    def read(self, jobs: Sequence[Job]) -> Reading:
        """Prompts to their end. What all begin with is read once, on the first one's account."""
        rows = [self._row(job.outline, job.pictures) for job in jobs]
        if self._block is not None:
            return self._read_blocks(rows, self._block)
        shared = self._read_shared(rows)
        reading = self._run(
            [Span(row, self._prefixes.find(row.keys[:-1]), len(row.keys)) for row in rows]
        )
        reading.usage[0] += shared
        return reading

    def go_on(self, memory: Memory, tokens: Sequence[Sequence[int]]) -> Tensor:
        """More tokens, at least one a row, become part of `memory`.

        The state after each, [rows, longest, width]; where a row has no more, it means nothing.
        """
        ids, seen = self._pad(tokens)
        memory.seen = torch.cat([memory.seen, seen], dim=1)
        steps = torch.arange(ids.shape[1], device=ids.device)
        states: Tensor = self.model.model.language_model(
            input_ids=ids,
            position_ids=(memory.next_position[:, None] + steps).expand(3, -1, -1),
            attention_mask=memory.mask,
            past_key_values=memory.cache,
        ).last_hidden_state
        memory.next_position = memory.next_position + seen.sum(dim=1)
        return states

    def keep(self, row: Row, memory: Memory, index: int, *, written: Sequence[int] = ()) -> None:
        """Remember a row of the memory: its prompt, and of what was written as much as was read.

        Blocks were remembered when they were read; the rest of the row was not read in blocks.
        """
        if self._block is not None:
            return
        keys = np.concatenate([row.keys, text_keys(written)])
        self._prefixes.add(keys[: memory.length(index)], partial(memory.row, index))

    def forget(self, outline: Outline, pictures: Sequence[Pixels]) -> None:
        """Drop what is kept of a prompt, but for what others begin with."""
        self._prefixes.forget(self._row(outline, pictures).keys)

    def forget_all(self) -> None:
        self._prefixes.clear()
        self._features.clear()

    def logits(self, states: Tensor, tokens: Sequence[int] | None = None) -> Tensor:
        """[rows, tokens], or the whole vocabulary; in float32 wherever only some are asked."""
        head: Tensor = self.model.lm_head.weight
        with torch.autocast(states.device.type, enabled=False):
            if tokens is None:
                return linear(states.to(head.dtype), head).float()
            rows = torch.tensor(tokens, dtype=torch.long, device=head.device)
            return linear(states.float(), head[rows].float())

    def _row(self, outline: Outline, pictures: Sequence[Pixels]) -> Row:
        cells = tuple(grid.patches // self.patcher.merge**2 for grid in outline.grids)
        return Row(outline, tuple(pictures), cells)

    def _read_shared(self, rows: Sequence[Row]) -> Usage:
        """What all rows begin with, where it is long and not known yet."""
        first = rows[0]
        shared = min(shared_length(first.keys[:-1], row.keys[:-1]) for row in rows)
        known = self._prefixes.find(first.keys[:shared])
        if len(rows) == 1 or shared - known.length < _LEAST_SHARED:
            return Usage()
        reading = self._run([Span(first, known, shared)])
        self._prefixes.add(first.keys[:shared], partial(reading.memory.row, 0))
        return reading.usage[0]

    def _read_blocks(self, rows: Sequence[Row], block: int) -> Reading:
        """The whole blocks before its end one by one, and then the rest, of 1 to `block` tokens."""
        (row,) = rows
        known = self._prefixes.find(row.keys[:-1])
        tokens = encodes = 0
        for end in range(known.length + block, len(row.keys), block):
            reading = self._run([Span(row, known, end)])
            self._prefixes.add(row.keys[:end], partial(reading.memory.row, 0))
            known = Known(end, (*known.pieces, reading.memory.row(0, known.length)))
            tokens, encodes = tokens + block, encodes + reading.usage[0].image_encodes
        reading = self._run([Span(row, known, len(row.keys))])
        reading.usage[0] = _with_read_before(reading.usage[0], tokens=tokens, encodes=encodes)
        return reading

    def _run(self, spans: Sequence[Span]) -> Reading:
        """The spans' tokens, after what is known of their rows."""
        memory = Memory.recalled(
            [span.known for span in spans],
            layers=self.model.config.text_config.num_hidden_layers,
            device=self.model.device,
        )
        recalls = memory.seen.shape[1] > 0
        ids, seen = self._pad([span.ids for span in spans], step=LENGTH_STEP)
        memory.seen = torch.cat([memory.seen, seen], dim=1)
        positions = [
            self._positions(tuple(span.row.outline.token_types), tuple(span.row.outline.grids))
            for span in spans
        ]
        memory.next_position = torch.stack(
            [there[:, : span.end].max() + 1 for there, span in zip(positions, spans, strict=True)]
        )
        encoded = self._encoded(spans)
        states = self.model.model.language_model(
            position_ids=_padded(positions, spans, ids.shape[1]),
            attention_mask=memory.seen if recalls else None,
            past_key_values=memory.cache,
            **embedded(self.model, ids, spans, encoded.features),
        ).last_hidden_state
        memory.trim()
        return Reading(_at_last(states, seen), memory, [span.row for span in spans], encoded.usage)

    def _encoded(self, spans: Sequence[Span]) -> "_Encoded":
        """The pictures that the spans show; each is encoded on the account of the first."""
        needed: dict[bytes, Pixels] = {}
        usage = []
        for span in spans:
            shown = {span.row.digests[part.picture]: part.picture for part in span.shown()}
            fresh = [key for key in shown if key not in needed and key not in self._features]
            needed |= {key: span.row.pictures[picture] for key, picture in shown.items()}
            usage.append(_usage(span, encodes=len(fresh)))
        return _Encoded(self._features.of(needed), usage)

    def _find_positions(self, token_types: tuple[int, ...], grids: tuple[Grid, ...]) -> Tensor:
        """[3, tokens]: time, row and column of each token of one prompt."""
        types = self._tensor([token_types])
        positions: Tensor
        positions, _ = self.model.model.get_rope_index(
            types,  # stands for the ids, of which only the shape is used
            mm_token_type_ids=types,
            image_grid_thw=self._tensor(grids) if grids else None,
        )
        return positions[:, 0]

    def _pad(self, rows: Sequence[Sequence[int]], *, step: int = 1) -> tuple[Tensor, Tensor]:
        """Ids and, of the same shape, 1 where they are real.

        A row's last token stands in its padding.
        """
        width = -(-max(len(row) for row in rows) // step) * step
        ids = [[*row, *[row[-1]] * (width - len(row))] for row in rows]
        real = [[1] * len(row) + [0] * (width - len(row)) for row in rows]
        return self._tensor(ids), self._tensor(real)

    def _tensor(self, values: object) -> Tensor:
        return torch.as_tensor(values, device=self.model.device)


class _Encoded(NamedTuple):
    features: dict[bytes, Features]
    usage: list[Usage]


def _usage(span: Span, *, encodes: int) -> Usage:
    return Usage(
        image_encodes=encodes,
        cached_images=len(span.row.pictures) - encodes,
        prefill_tokens=span.end - span.start,
        cached_tokens=span.start,
    )


def _with_read_before(usage: Usage, *, tokens: int, encodes: int) -> Usage:
    """What was known to a request's last pass, and yet read for it."""
    changes = {
        "image_encodes": usage.image_encodes + encodes,
        "cached_images": max(0, usage.cached_images - encodes),
        "prefill_tokens": usage.prefill_tokens + tokens,
        "cached_tokens": usage.cached_tokens - tokens,
    }
    return usage.model_copy(update=changes)


def _padded(positions: Sequence[Tensor], spans: Sequence[Span], width: int) -> Tensor:
    """Of the spans' tokens, [3, rows, width]."""
    places = [there[:, span.start : span.end] for there, span in zip(positions, spans, strict=True)]
    return torch.stack([pad(place, (0, width - place.shape[1])) for place in places], dim=1)


def _at_last(states: Tensor, seen: Tensor) -> Tensor:
    rows = torch.arange(len(states), device=states.device)
    return states[rows, seen.sum(dim=1) - 1]
