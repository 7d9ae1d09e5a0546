"""Keys and values of a batch while it is read and written."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import pad
from transformers import Cache
from transformers.cache_utils import CacheLayerMixin

from foveal.models.prefixes import Known, Layer, Layers

_LEAST_ROOM = 64
"""Tokens by which a full layer grows at least."""

_LEAST_USED = 0.75
"""Share of the places in which some row has a token."""


class GrowingLayer(CacheLayerMixin):  # type: ignore[misc]  # transformers is read untyped
    """Writes new tokens into room kept for them, where transformers' own copies all for each."""

    is_sliding = False
    keys: Tensor
    values: Tensor

    def __init__(self, *known: Tensor) -> None:
        """From keys and values [rows, heads, tokens, width], or from none."""
        super().__init__()
        self._length = 0
        if known:
            self.lazy_initialization(*known)
            self._length = self.keys.shape[2]

    def lazy_initialization(self, key_states: Tensor, value_states: Tensor) -> None:
        self.keys, self.values = key_states, value_states
        self.is_initialized = True

    def update(
        self, key_states: Tensor, value_states: Tensor, *_: object, **__: object
    ) -> tuple[Tensor, Tensor]:
        start = self._length
        self._length = start + key_states.shape[2]
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        else:
            self.keys = self._filled(self.keys, key_states, start)
            self.values = self._filled(self.values, value_states, start)
        return self.held()

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        return self._length + query_length, 0

    def get_seq_length(self) -> int:
        return self._length

    def get_max_length(self) -> int:
        return -1

    def crop(self, length: int) -> None:
        """Forget the tokens from here on."""
        self._length = length

    def select(self, rows: Tensor) -> None:
        if self.is_initialized:
            self.keys, self.values = (held[rows] for held in self.held())

    def keep(self, used: Tensor) -> None:
        """The tokens whose flag is set."""
        self.keys, self.values = (held[:, :, used] for held in self.held())
        self._length = self.keys.shape[2]

    def joined(self, other: "GrowingLayer", length: int) -> "GrowingLayer":
        """The rows of both, each padded to `length` tokens."""
        return GrowingLayer(
            *(
                torch.cat([_longer(held, length) for held in pair])
                for pair in zip(self.held(), other.held(), strict=True)
            )
        )

    def row(self, row: int, tokens: Tensor) -> Layer:
        """Copies of some tokens of one row."""
        return Layer(*(held[row][:, tokens] for held in self.held()))

    def held(self) -> tuple[Tensor, Tensor]:
        """Without the room kept for more."""
        return self.keys[:, :, : self._length], self.values[:, :, : self._length]

    def _filled(self, held: Tensor, states: Tensor, start: int) -> Tensor:
        end = start + states.shape[2]
        if end > held.shape[2]:
            room = end + max(_LEAST_ROOM, end // 4)
            grown = held.new_empty((*held.shape[:2], room, held.shape[3]))
            grown[:, :, :start] = held[:, :, :start]
            held = grown
        held[:, :, start:end] = states
        return held


@dataclass(eq=False)
class Memory:
    """Of a batch, to go on from. Each row's tokens stand in order, with gaps where others go on."""

    layers: list[GrowingLayer]
    seen: Tensor
    """[rows, tokens so far]: 0 in the gaps."""

    next_position: Tensor

    @classmethod
    def recalled(cls, known: Sequence[Known], *, layers: int, device: torch.device) -> "Memory":
        """Rows that begin with what was read before, each padded to the longest."""
        longest = max(row.length for row in known)
        seen = torch.tensor(
            [[1] * row.length + [0] * (longest - row.length) for row in known], device=device
        )
        return cls(
            [GrowingLayer(*_stacked(known, index, longest)) for index in range(layers)],
            seen.reshape(len(known), longest),
            torch.zeros(len(known), dtype=torch.long, device=device),
        )

    @property
    def cache(self) -> Cache:
        return Cache(layers=self.layers)

    @property
    def mask(self) -> Tensor | None:
        """Which tokens are to be seen; None where all are, which takes a faster kernel."""
        return None if bool(self.seen.all()) else self.seen

    def drop_last(self, counts: Sequence[int]) -> None:
        """Forget so many of each row's last tokens."""
        dropped = torch.tensor(counts, device=self.seen.device)
        rank_from_last = self.seen.flip(1).cumsum(dim=1).flip(1)
        self.seen = self.seen * (rank_from_last > dropped[:, None])
        self.next_position = self.next_position - dropped
        self.trim()

    def trim(self) -> None:
        """Drop the padding that all rows end with."""
        length = int(self.seen.sum(dim=0).nonzero().max()) + 1
        self.seen = self.seen[:, :length]
        for layer in self.layers:
            layer.crop(length)

    def select(self, rows: Sequence[int]) -> None:
        """Keep these rows, in this order; one may be named more than once."""
        kept = torch.tensor(rows, device=self.seen.device)
        for layer in self.layers:
            layer.select(kept)
        self.seen, self.next_position = self.seen[kept], self.next_position[kept]
        self._compact()

    def joined(self, other: "Memory | None") -> "Memory":
        """These rows and then the other's, which go on together from here."""
        if other is None:
            return self
        longest = max(self.seen.shape[1], other.seen.shape[1])
        return Memory(
            [one.joined(two, longest) for one, two in zip(self.layers, other.layers, strict=True)],
            torch.cat([_longer(memory.seen, longest) for memory in (self, other)]),
            torch.cat([self.next_position, other.next_position]),
        )

    def length(self, row: int) -> int:
        """Tokens of one row."""
        return int(self.seen[row].sum())

    def row(self, row: int, start: int = 0) -> Layers:
        """Copies of one row's own tokens from `start` on."""
        tokens = self.seen[row].nonzero().squeeze(1)[start:]
        return [layer.row(row, tokens) for layer in self.layers]

    def _compact(self) -> None:
        """Drop the places where no row has a token, once they are many: rows that left had them."""
        used = self.seen.any(dim=0)
        if used.float().mean() < _LEAST_USED:
            self.seen = self.seen[:, used]
            for layer in self.layers:
                layer.keep(used)


def _longer(held: Tensor, length: int) -> Tensor:
    """With zeros after its tokens, which stand on axis 1 of flags and on axis 2 of states."""
    missing = length - held.shape[1 if held.ndim == 2 else 2]
    return pad(held, (0, missing) if held.ndim == 2 else (0, 0, 0, missing))


def _stacked(known: Sequence[Known], index: int, longest: int) -> tuple[Tensor, ...]:
    """Keys and values of one layer, [rows, heads, longest, width]; nothing where all are empty."""
    if longest == 0:
        return ()
    like = next(row.pieces[0][index] for row in known if row.pieces)
    stacked = tuple(
        part.new_zeros((len(known), part.shape[0], longest, part.shape[2])) for part in like
    )
    for row, recalled in enumerate(known):
        start = 0
        for piece in recalled.pieces:
            for held, part in zip(stacked, piece[index], strict=True):
                held[row, :, start : start + part.shape[1]] = part
            start += piece[index].keys.shape[1]
    return stacked
