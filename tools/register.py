"""Local registration: how far the template sits from the tested image around one box."""

import cv2
import numpy as np
from cv2.typing import MatLike

from foveal.schemas.box import Box
from foveal.tools.image import Pixels, pixels_in, size_of
from foveal.tools.tone import grey

_CONTEXT_PX = 16
"""Looked at around the box, so that what stayed the same outweighs what changed inside."""

_TIE = 0.01
"""Correlations this close are equal: scan noise along a straight edge moves them as much."""


def register(template: Pixels, tested: Pixels, box: Box, *, reach: int = 5) -> tuple[int, int]:
    """Whole-pixel (dx, dy), each within ±reach: the template moved by it fits the tested image.

    The smallest motion wins among equals: a straight trace says nothing about motion along itself.
    """
    assert template.shape[:2] == tested.shape[:2], f"{template.shape} against {tested.shape}"
    width, height = size_of(tested)
    inside = Box(reach, reach, width - reach, height - reach)
    seen = box.grown(_CONTEXT_PX).intersection(inside)
    if not seen.area:
        return 0, 0
    scores = cv2.matchTemplate(
        pixels_in(grey(template), seen.grown(reach)),
        pixels_in(grey(tested), seen),
        cv2.TM_CCOEFF_NORMED,
    )
    return _smallest_motion(scores, reach)


def _smallest_motion(scores: MatLike, reach: int) -> tuple[int, int]:
    steps = np.arange(reach, -reach - 1, -1)
    length = np.hypot(steps[np.newaxis, :], steps[:, np.newaxis])
    length[scores < scores.max() - _TIE] = np.inf
    row, column = np.unravel_index(np.argmin(length), length.shape)
    return int(steps[column]), int(steps[row])
