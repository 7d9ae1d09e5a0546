"""Do two images show the same thing? Normalised correlation of their gradients."""

from typing import NamedTuple

import cv2
import numpy as np
from cv2.typing import MatLike

from foveal.tools.motion import Matrix
from foveal.tools.tone import Grey

_OUTSIDE = -1e6
"""Stands for "no pixel" while warping: no mix of it with a grey level passes for one."""


class Agreement(NamedTuple):
    """`score` is 1 for the same edges, about 0 for unrelated ones; `overlap` is a share of area."""

    score: float
    overlap: float


def agreement(template: Grey, tested: Grey, motion: Matrix) -> Agreement:
    """Blind to gain, offset and flat areas; both images smoothed by what may be out of place."""
    height, width = tested.shape
    moved = cv2.warpPerspective(
        template, motion, (width, height), borderMode=cv2.BORDER_CONSTANT, borderValue=_OUTSIDE
    )
    seen = cv2.erode((moved >= 0).astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=0)
    here, there = _gradients(np.maximum(moved, 0), seen), _gradients(tested, seen)
    energy = float(np.vdot(here, here)) * float(np.vdot(there, there))
    score = float(np.vdot(here, there)) / np.sqrt(energy) if energy > 1 else 0.0
    return Agreement(float(score), float(seen.mean()))


def _gradients(image: MatLike, where: MatLike) -> Grey:
    dx = cv2.Sobel(image, cv2.CV_32F, 1, 0)
    dy = cv2.Sobel(image, cv2.CV_32F, 0, 1)
    return np.stack([dx * where, dy * where]).astype(np.float32, copy=False)
