"""Do two images show the same thing? Normalised correlation of their gradients."""

from typing import NamedTuple

import cv2
import numpy as np

from foveal.tools.edges import gradient
from foveal.tools.motion import Matrix
from foveal.tools.pyramid import Reduced

_OUTSIDE = -1e6
"""Stands for "no pixel" while warping: no mix of it with a grey level passes for one."""


class Agreement(NamedTuple):
    """`score` is 1 for the same edges, about 0 for unrelated ones; `overlap` is a share of area."""

    score: float
    overlap: float


def agreement(reduced: Reduced, motion: Matrix) -> Agreement:
    """Of the template under the motion; blind to gain, offset and flat areas."""
    moved = cv2.warpPerspective(
        reduced.template,
        motion,
        reduced.size,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=_OUTSIDE,
    )
    seen = cv2.erode((moved >= 0).astype(np.float32), np.ones((3, 3), np.uint8), borderValue=0)
    here = gradient(np.maximum(moved, 0)) * seen
    there, there_squared = reduced.tested_gradient
    energy = float(np.vdot(here, here)) * float(np.vdot(there_squared, seen))
    score = float(np.vdot(here, there)) / np.sqrt(energy) if energy > 1 else 0.0
    return Agreement(float(score), float(seen.mean()))
