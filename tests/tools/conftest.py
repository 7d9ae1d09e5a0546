"""Small boards, drawn: dark copper on bright ground, and what scans and defects do to them."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from foveal.schemas.box import Box
from foveal.tools.image import Pixels
from foveal.tools.motion import Matrix, similarity, translation

GROUND, COPPER = 255, 0
SIDE = 320


def drawn_board(seed: int, *, side: int = SIDE, ground: int = GROUND, copper: int = COPPER) -> Pixels:
    """Traces with bends, pads with holes, and a bus of parallel traces; another seed, another board."""
    random = np.random.default_rng(seed)
    board = np.full((side, side), ground, np.uint8)
    for _ in range(side // 40):
        x, y, length, width = (int(n) for n in random.integers((0, 0, 40, 5), (side, side, 150, 12)))
        bend = np.array([[x, y], [x + length, y], [x + length + 40, y + 40 * random.choice([-1, 1])]])
        cv2.polylines(board, [bend.astype(np.int32)], False, copper, width)
    for _ in range(side // 25):
        x, y, radius = (int(n) for n in random.integers((0, 0, 8), (side, side, 18)))
        cv2.circle(board, (x, y), radius, copper, -1)
        cv2.circle(board, (x, y), radius // 3, ground, -1)
    for lane in range(int(random.integers(4, 7))):
        x = int(random.integers(0, 10)) + side // 3 + 18 * lane
        cv2.line(board, (x, side // 2), (x, side), copper, 6)
    return board


def moved(board: Pixels, motion: Matrix, *, gain: float = 1.0, ground: int = GROUND) -> Pixels:
    """The board as a scanner sees it that lies otherwise and exposes otherwise."""
    height, width = board.shape
    seen = cv2.warpPerspective(board, motion, (width, height), borderValue=ground)
    return np.asarray(np.clip(seen * gain, 0, 255), np.uint8)


def turned(degrees: float, scale: float, dx: float, dy: float, *, side: int = SIDE) -> Matrix:
    middle = ((side - 1) / 2, (side - 1) / 2)
    return np.asarray(translation(dx, dy) @ similarity(degrees, scale, middle), np.float64)


@pytest.fixture
def board() -> Pixels:
    return drawn_board(7)
