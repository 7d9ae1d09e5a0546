"""Token sequences that say the same things twice, to learn to copy from.

Whoever fills in a form copies numbers digit by digit from what it was told. A small model takes
thousands of documents to find out how, and a few hundred steps of nothing else (the induction of
Olsson et al. 2022, arXiv:2209.11895).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from foveal.training.batcher import IGNORED

_HALVES = 16, 32, 64, 128
"""Tokens said before they are said again: short ones teach how, long ones how far."""

_TOKENS = 8192
"""In a step."""

_PIECES = 4, 16
"""Fewest and most tokens of a piece; pieces come back in another order."""

_IN_ORDER = 0.4
"""Share of rows that are said again as they were."""

_NUMBERS = 0.6
"""Share of pieces that are numbers."""

_POINTS = 0.2
"""Share of the tokens of such pieces that are no digits."""


class Copies(NamedTuple):
    ids: Tensor
    """Rows × tokens."""

    targets: Tensor
    """The id to predict after each, or −100."""


class Alphabet(NamedTuple):
    digits: NDArray[np.int64]
    points: NDArray[np.int64]
    """What stands between digits."""

    words: NDArray[np.int64]

    @classmethod
    def of(cls, tokenizer: PreTrainedTokenizerBase) -> "Alphabet":
        special = set(tokenizer.all_special_ids)
        words = [index for index in range(len(tokenizer)) if index not in special]
        return cls(_ids(tokenizer, "0123456789"), _ids(tokenizer, ",.[]-:"), np.array(words))


def draw_copies(rng: Generator, alphabet: Alphabet, *, share: int = 1) -> Copies:
    """Rows of one length, as many as `share` workers divide a step into."""
    half = int(rng.choice(_HALVES))
    rows = [_row(rng, alphabet, half) for _ in range(max(1, _TOKENS // (2 * half * share)))]
    ids, targets = (torch.from_numpy(np.stack(column)) for column in zip(*rows, strict=True))
    return Copies(ids, targets)


def _row(
    rng: Generator, alphabet: Alphabet, half: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    pieces = _pieces(rng, alphabet, half)
    in_order = rng.random() < _IN_ORDER
    again = pieces if in_order else [pieces[index] for index in rng.permutation(len(pieces))]
    ids = np.concatenate([*pieces, *again])
    targets = np.full_like(ids, IGNORED)
    targets[half - 1 : -1] = ids[half:]
    targets[_starts(again) + half - 1] = IGNORED  # which piece follows, nothing tells
    return ids, targets


def _pieces(rng: Generator, alphabet: Alphabet, half: int) -> list[NDArray[np.int64]]:
    pieces, left = [], half
    while left:
        length = min(left, int(rng.integers(*_PIECES, endpoint=True)))
        pieces.append(_piece(rng, alphabet, length))
        left -= length
    return pieces


def _piece(rng: Generator, alphabet: Alphabet, length: int) -> NDArray[np.int64]:
    if rng.random() > _NUMBERS:
        return rng.choice(alphabet.words, length)
    points, digits = rng.choice(alphabet.points, length), rng.choice(alphabet.digits, length)
    return np.where(rng.random(length) < _POINTS, points, digits)


def _starts(pieces: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    lengths = np.array([0, *(len(piece) for piece in pieces[:-1])])
    return lengths.cumsum()


def _ids(tokenizer: PreTrainedTokenizerBase, letters: str) -> NDArray[np.int64]:
    return np.array([tokenizer.convert_tokens_to_ids(letter) for letter in letters])
