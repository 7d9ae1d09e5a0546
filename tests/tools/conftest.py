"""Small boards, drawn, and what a scanner does to them."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from foveal.tools.image import Pixels
from foveal.tools.motion import Matrix

SIDE = 320
GROUND, COPPER = 230, 40


def _draw(seed: int) -> Pixels:
    """Traces with bends, pads with holes and a bus; another seed is another board."""
    random = np.random.default_rng(seed)
    board = np.full((SIDE, SIDE), GROUND, np.uint8)
    for _ in range(8):
        x, y, length, width = random.integers((0, 0, 40, 5), (SIDE, SIDE, 150, 12)).tolist()
        rise = 40 * int(random.choice([-1, 1]))
        bend = np.array([[x, y], [x + length, y], [x + length + 40, y + rise]], np.int32)
        cv2.polylines(board, [bend], False, COPPER, width)
    for _ in range(12):
        x, y, radius = random.integers((0, 0, 8), (SIDE, SIDE, 18)).tolist()
        cv2.circle(board, (x, y), radius, COPPER, -1)
        cv2.circle(board, (x, y), radius // 3, GROUND, -1)
    left = SIDE // 3 + int(random.integers(0, 20))
    for lane in range(int(random.integers(4, 7))):
        cv2.line(board, (left + 18 * lane, SIDE // 2), (left + 18 * lane, SIDE), COPPER, 6)
    return board


def _scan(board: Pixels, motion: Matrix, *, gain: float = 1.0, noise: float = 0.0) -> Pixels:
    """The board lying otherwise, under other light, with the noise of a sensor."""
    seen = cv2.warpPerspective(board, motion, (SIDE, SIDE), borderValue=GROUND) * gain
    grain = np.random.default_rng(0).normal(0, noise, seen.shape) if noise else 0
    return np.asarray(np.clip(seen + grain, 0, 255), np.uint8)


@pytest.fixture(scope="session")
def draw() -> Callable[[int], Pixels]:
    return _draw


@pytest.fixture(scope="session")
def scan() -> Callable[..., Pixels]:
    return _scan


@pytest.fixture
def board() -> Pixels:
    """Ground with a wide trace, a thin one, and a copper area."""
    pixels = np.full((SIDE, SIDE), GROUND, np.uint8)
    cv2.line(pixels, (0, 60), (SIDE, 60), COPPER, 12)
    cv2.line(pixels, (0, 120), (SIDE, 120), COPPER, 5)
    pixels[180:300, 40:280] = COPPER
    return pixels
