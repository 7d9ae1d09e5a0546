"""What each cell of a picture shows, a cell being what becomes one token of the language model."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foveal.models.patches import Grid
from foveal.training.chunk import NONE

_SHARE = 0.25


def truth_by_cell(truths: Sequence[NDArray[np.float32]], grid: Grid, *, merge: int) -> Tensor:
    """Kinds, samples × cells of `merge` by `merge` patches."""
    rows, columns = grid.rows // merge, grid.columns // merge
    cells = torch.full((len(truths), rows, columns), NONE)
    for index, table in enumerate(truths):
        for kind, x1, y1, x2, y2 in table.tolist():
            _mark(cells[index], int(kind), (x1 * columns, y1 * rows, x2 * columns, y2 * rows))
    return cells.flatten(1)


def _mark(cells: Tensor, kind: int, corners: tuple[float, float, float, float]) -> None:
    """Cells that hold a quarter of the defect, or that the defect fills to a quarter."""
    x1, y1, x2, y2 = corners
    area = max((x2 - x1) * (y2 - y1), 1e-6)
    rows, columns = cells.shape
    for row in range(max(int(y1), 0), min(int(y2) + 1, rows)):
        for column in range(max(int(x1), 0), min(int(x2) + 1, columns)):
            width = min(x2, column + 1) - max(x1, column)
            height = min(y2, row + 1) - max(y1, row)
            if width > 0 and height > 0 and width * height >= _SHARE * min(area, 1.0):
                cells[row, column] = kind
