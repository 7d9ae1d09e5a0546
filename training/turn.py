from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from foveal.tools.image import Pixels


@dataclass(frozen=True)
class Turn:
    """One of the eight ways a square can lie."""

    transposed: bool
    mirrored: bool
    flipped: bool

    @classmethod
    def draw(cls, rng: Generator) -> Self:
        return cls(*(bool(v) for v in rng.integers(0, 2, 3)))

    def picture(self, pixels: Pixels) -> Pixels:
        pixels = pixels.T if self.transposed else pixels
        pixels = pixels[:, ::-1] if self.mirrored else pixels
        return np.ascontiguousarray(pixels[::-1] if self.flipped else pixels)

    def truths(self, table: NDArray[np.float32]) -> NDArray[np.float32]:
        """Rows of kind and corners x1, y1, x2, y2 from 0 to 1."""
        table = table[:, [0, 2, 1, 4, 3]] if self.transposed else table.copy()
        if self.mirrored:
            table[:, [1, 3]] = 1 - table[:, [3, 1]]
        if self.flipped:
            table[:, [2, 4]] = 1 - table[:, [4, 2]]
        return table
