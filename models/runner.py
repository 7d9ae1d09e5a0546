"""Forward passes of Qwen3-VL over padded batches.

Positions (M-RoPE) are computed for each whole prompt and always passed: transformers keeps the
offset of its last prompt on the model object, where a second conversation overwrites it. Padding
stands on the right, so no prompt's own tokens see it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import linear, pad
from transformers import DynamicCache

from foveal.models.patches import Grid, Patches
from foveal.models.prompt import Outline
from foveal.models.qwen3_vl import Qwen3VL

LENGTH_STEP = 64
"""Prompts are padded to a multiple, because oneDNN builds kernels anew for every shape."""


@dataclass(eq=False)
class Memory:
    """Keys and values of a batch, to go on from."""

    cache: DynamicCache
    seen: Tensor
    """[rows, tokens so far]: 0 where a row is padded."""
    next_position: Tensor

    def select(self, rows: Sequence[int]) -> None:
        """Keep these rows, in this order; one may be named more than once."""
        kept = torch.tensor(rows, device=self.seen.device)
        self.cache.batch_select_indices(kept)
        self.seen, self.next_position = self.seen[kept], self.next_position[kept]


class Reading(NamedTuple):
    """The state after each row's last token, [rows, width], and what is needed to go on."""

    last: Tensor
    memory: Memory


class Runner:
    def __init__(self, model: Qwen3VL, *, autocast: bool) -> None:
        self.model = model
        self._autocast = autocast
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

    def read(self, outlines: Sequence[Outline], *, patches: Patches) -> Reading:
        """Prompts from their start; `patches` of all their pictures, in order."""
        positions = [self._positions(tuple(o.token_types), tuple(o.grids)) for o in outlines]
        ids, seen = self._pad([outline.ids for outline in outlines], step=LENGTH_STEP)
        width = ids.shape[1]
        memory = Memory(
            cache=DynamicCache(config=self.model.config.text_config),
            seen=seen,
            next_position=torch.stack([places.max() + 1 for places in positions]),
        )
        grids = [grid for outline in outlines for grid in outline.grids]
        states = self.model.model(
            input_ids=ids,
            position_ids=torch.stack([pad(p, (0, width - p.shape[1])) for p in positions], dim=1),
            past_key_values=memory.cache,
            pixel_values=self._tensor(patches) if grids else None,
            image_grid_thw=self._tensor(grids) if grids else None,
        ).last_hidden_state
        return Reading(_at_last(states, seen), memory)

    def go_on(self, memory: Memory, tokens: Sequence[Sequence[int]]) -> Reading:
        """More tokens, at least one a row; they become part of `memory`."""
        ids, seen = self._pad(tokens)
        memory.seen = torch.cat([memory.seen, seen], dim=1)
        steps = torch.arange(ids.shape[1], device=ids.device)
        states = self.model.model(
            input_ids=ids,
            position_ids=(memory.next_position[:, None] + steps).expand(3, -1, -1),
            attention_mask=memory.seen,
            past_key_values=memory.cache,
        ).last_hidden_state
        memory.next_position = memory.next_position + seen.sum(dim=1)
        return Reading(_at_last(states, seen), memory)

    def logits(self, states: Tensor, tokens: Sequence[int] | None = None) -> Tensor:
        """[rows, tokens], or the whole vocabulary; in float32 wherever only some are asked."""
        head: Tensor = self.model.lm_head.weight
        with torch.autocast(states.device.type, enabled=False):
            if tokens is None:
                return linear(states.to(head.dtype), head).float()
            rows = torch.tensor(tokens, dtype=torch.long, device=head.device)
            return linear(states.float(), head[rows].float())

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

        A row's last token, which is never an image's, stands in its padding.
        """
        width = -(-max(len(row) for row in rows) // step) * step
        ids = [[*row, *[row[-1]] * (width - len(row))] for row in rows]
        real = [[1] * len(row) + [0] * (width - len(row)) for row in rows]
        return self._tensor(ids), self._tensor(real)

    def _tensor(self, values: object) -> Tensor:
        return torch.as_tensor(values, device=self.model.device)


def _at_last(states: Tensor, seen: Tensor) -> Tensor:
    rows = torch.arange(len(states), device=states.device)
    return states[rows, seen.sum(dim=1) - 1]
