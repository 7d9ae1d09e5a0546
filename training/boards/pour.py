"""Copper poured over what conductors leave free, as most boards have it for ground or shielding."""

from typing import Any

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from foveal.training.boards.copper import COPPER, Mask

_CLEARANCES_PX, _HALF_WIDTHS_PX = (4, 24), (3, 16)
_SMALLEST = 0.002, 0.05
"""Of the board's ground: pieces below some such share are left out, as an editor removes them."""


def pour_between(rng: Generator, board: Mask) -> None:
    """Keep a clearance to the copper that is there, and be nowhere thinner than some width."""
    clearance, half_width = rng.uniform(*_CLEARANCES_PX), rng.uniform(*_HALF_WIDTHS_PX)
    free = _distance_to(board > 0) > clearance
    cores = _distance_to(~free) > half_width
    poured = free & (_distance_to(cores) < half_width)
    _, pieces, statistics, _ = cv2.connectedComponentsWithStats(
        poured.astype(np.uint8), connectivity=4
    )
    small = statistics[:, cv2.CC_STAT_AREA] < rng.uniform(*_SMALLEST) * board.size
    board[poured & ~small[pieces]] = COPPER


def _distance_to(mask: NDArray[np.bool_]) -> NDArray[Any]:
    """In pixels; farther than any board is wide where the mask is empty."""
    return cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
