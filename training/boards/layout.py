"""Copper layouts drawn at random, from the motifs that circuit boards are made of."""

import cv2
import numpy as np
from numpy.random import Generator

from foveal.training.boards.copper import Mask
from foveal.training.boards.motifs import BACKGROUNDS, MOTIFS, Motif


def draw_layout(rng: Generator, size: int) -> Mask:
    """A square board of `size` pixels: a background and a few motifs, each with a clearance."""
    board: Mask = np.zeros((size, size), np.uint8)
    background = BACKGROUNDS[rng.choice(len(BACKGROUNDS), p=[0.3, 0.25, 0.2, 0.1, 0.15])]
    background(rng, board)
    for _ in range(rng.integers(1, 6)):
        _place(rng, board, MOTIFS[rng.integers(len(MOTIFS))])
    if rng.random() < 0.12:
        board = (1 - board).astype(np.uint8)
    return board


def _place(rng: Generator, board: Mask, motif: Motif) -> None:
    """Draw the motif somewhere, with a clearance to what was there."""
    size = board.shape[0]
    width, height = rng.integers(size // 5, size * 3 // 4, 2)
    x, y = (
        rng.integers(-width // 3, size - width // 2),
        rng.integers(-height // 3, size - height // 2),
    )
    x1, y1, x2, y2 = max(x, 0), max(y, 0), min(x + width, size), min(y + height, size)
    if min(x2 - x1, y2 - y1) < 48:
        return
    clearing = np.zeros((y2 - y1, x2 - x1), np.uint8)
    motif(rng, clearing)
    gap = int(rng.integers(5, 24))
    cleared = cv2.dilate(clearing, np.ones((2 * gap + 1, 2 * gap + 1), np.uint8))
    window = board[y1:y2, x1:x2]
    window[:] = np.where(cleared, clearing, window)
