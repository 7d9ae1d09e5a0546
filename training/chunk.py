"""Drawn regions and boards as arrays, in files that a producer writes and a training reads."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from foveal.training.boards.defects import DEFECT_LABELS

KINDS: tuple[str, ...] = (*DEFECT_LABELS, "none")
NONE = KINDS.index("none")

DIGIT_0 = len(KINDS)
SHOWN = DIGIT_0 + 10
"""How many things a cell may show: a kind, or from `DIGIT_0` on a digit."""

WINDOW_PX = 160
"""Side of the stored surroundings: room to vary the view by scale and position."""

SURVEY_PX = 256
"""Side of the whole board as the single-pass survey sees it."""

_HELD = 8
_BATCHES_A_READ = 40


@dataclass(frozen=True, eq=False)
class Chunk:
    """Arrays with one row a region (windows, boxes, kinds, truths) or a board (most others)."""

    windows: NDArray[np.uint8]
    """n × 2 (template, tested) × side × side."""

    boxes: NDArray[np.float32]
    """n × 4: the proposal in window pixels."""

    kinds: NDArray[np.uint8]
    truths: NDArray[np.float32]
    """n × m × 5: kind and tight box of every defect in the window; kind −1 pads."""

    surveys: NDArray[np.uint8]
    boards: NDArray[np.float32]
    """Like `truths`, in survey pixels."""

    parts: NDArray[np.uint8]
    """The tested boards whole."""

    defects: NDArray[np.float32]
    """Like `truths`, in pixels of the board."""

    suspects: NDArray[np.float32]
    """k × 5: row of `parts`, and corners in its pixels of a place that a model would examine."""

    def save(self, path: Path) -> None:
        partial = path.with_suffix(".partial.npz")
        np.savez(partial, **vars(self))
        partial.rename(path)

    @classmethod
    def load(cls, path: Path) -> "Chunk":
        with np.load(path) as arrays:
            return cls(**arrays)


def known(table: NDArray[np.float32]) -> NDArray[np.float32]:
    """The rows of a table of truths that are no padding."""
    return table[table[:, 0] >= 0]


def endless(folder: Path, rng: Generator) -> Iterator[Chunk]:
    """A chunk a batch, at random from what the producers have written; a few are held at a time."""
    held: deque[Chunk] = deque(maxlen=_HELD)
    while True:
        paths = sorted(folder.glob("chunk-[0-9]*.npz"))
        held.append(Chunk.load(paths[rng.integers(len(paths))]))
        for _ in range(_BATCHES_A_READ):
            yield held[rng.integers(len(held))]
