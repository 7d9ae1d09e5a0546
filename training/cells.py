"""What each cell of a picture shows, a cell being what becomes one token of the language model."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foveal.models.patches import Grid
from foveal.training.chunk import NONE

_SHARE = 0.25


class Cells(NamedTuple):
    kinds: Tensor
    """Samples × cells of `merge` by `merge` patches."""

    corners: Tensor
    """Of what each shows, samples × cells × 4, from 0 to 1 of the picture; 0 where nothing is."""

    @classmethod
    def none(cls, samples: int) -> Self:
        """Of samples without pictures."""
        return cls(torch.empty(samples, 0, dtype=torch.long), torch.empty(samples, 0, 4))


def truth_by_cell(truths: Sequence[NDArray[np.float32]], grid: Grid, *, merge: int) -> Cells:
    rows, columns = grid.rows // merge, grid.columns // merge
    kinds = torch.full((len(truths), rows, columns), NONE)
    corners = torch.zeros((len(truths), rows, columns, 4))
    for index, table in enumerate(truths):
        for kind, *box in table.tolist():
            x1, y1, x2, y2 = box
            shown = _cells_of((x1 * columns, y1 * rows, x2 * columns, y2 * rows), rows, columns)
            for row, column in shown:
                kinds[index, row, column] = int(kind)
                corners[index, row, column] = torch.tensor(box)
    return Cells(kinds.flatten(1), corners.flatten(1, 2))


def _cells_of(
    corners: tuple[float, float, float, float], rows: int, columns: int
) -> Iterator[tuple[int, int]]:
    """Cells that hold a quarter of the defect, or that the defect fills to a quarter."""
    x1, y1, x2, y2 = corners
    area = max((x2 - x1) * (y2 - y1), 1e-6)
    for row in range(max(int(y1), 0), min(int(y2) + 1, rows)):
        for column in range(max(int(x1), 0), min(int(x2) + 1, columns)):
            width = min(x2, column + 1) - max(x1, column)
            height = min(y2, row + 1) - max(y1, row)
            if width > 0 and height > 0 and width * height >= _SHARE * min(area, 1.0):
                yield row, column
