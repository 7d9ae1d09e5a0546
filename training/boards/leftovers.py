"""Small pieces that nobody drew: what clearances and channels leave over.

No board is made with them. Without a template, a small odd island or hole is all that shows damage.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from foveal.training.boards.copper import BARE, COPPER, Mask

_SMALL_PX = 40
"""Longest side up to which a piece is small."""

_THIN_PX = 8
"""Shorter side below which a small piece is a sliver and no pad."""

_ALIKE = 0.75
"""Of a pad and its mirror image together, the least that both cover."""


def clear_leftovers(board: Mask) -> None:
    """Take away small copper that is no pad, then fill small holes that are none.

    Pads and holes look the same in a mirror, upright or lying down. What the rim cuts is kept.
    """
    for value, instead in ((COPPER, BARE), (BARE, COPPER)):
        field = (board == value).astype(np.uint8)
        _, pieces, statistics, _ = cv2.connectedComponentsWithStats(field, connectivity=4)
        for piece, (x, y, width, height, _) in enumerate(statistics[1:], start=1):
            window = np.s_[y : y + height, x : x + width]
            if max(width, height) > _SMALL_PX or _at_rim(window, board.shape):
                continue
            shape = pieces[window] == piece
            if min(width, height) < _THIN_PX or not _is_symmetric(shape):
                board[window][shape] = instead


def _at_rim(window: tuple[slice, ...], shape: tuple[int, ...]) -> bool:
    return any(
        part.start == 0 or part.stop == side for part, side in zip(window, shape, strict=True)
    )


def _is_symmetric(shape: NDArray[np.bool_]) -> bool:
    mirrored = shape[::-1], shape[:, ::-1]
    return all((shape & other).sum() >= _ALIKE * (shape | other).sum() for other in mirrored)
