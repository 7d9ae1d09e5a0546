"""A template and a tested board, with the truth about what differs."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator

from foveal.tools.image import Pixels
from foveal.training.boards.copper import Mask
from foveal.training.boards.defects import DEFECT_LABELS, Defect, add_defect
from foveal.training.boards.layout import draw_layout
from foveal.training.boards.scan import Motion, develop, random_scanner, scan

SIZE_PX = 640
PX_PER_MM = 48.0

_RIM_PX = 48
"""Board drawn beyond the scan, so that a shifted scan shows more board and not a blank rim."""

_KINDS_TRIED = 4
"""For one defect."""


@dataclass(frozen=True, eq=False)
class BoardPair:
    template: Pixels
    tested: Pixels
    defects: tuple[Defect, ...]
    """In pixels of the tested image."""


def draw_pair(rng: Generator, *, defects: int | None = None, size: int = SIZE_PX) -> BoardPair:
    """A random pair; `defects` is how many to attempt, by default 0 to 14."""
    board = draw_layout(rng, size + 2 * _RIM_PX)
    scanner = random_scanner(rng)
    template = scan(rng, board, scanner, Motion(), size=size)
    tested = scan(rng, board, scanner, random_motion(rng), size=size)
    _harmless(rng, tested)
    found = _damage(rng, tested, int(rng.integers(0, 15)) if defects is None else defects)
    return BoardPair(develop(rng, template, scanner), develop(rng, tested, scanner), tuple(found))


def random_motion(rng: Generator) -> Motion:
    """Mostly a few pixels, as a fixture leaves it; now and then a board laid askew."""
    spread = 12.0 if rng.random() < 0.15 else 2.5
    turned = rng.random() < 0.3
    return Motion(
        dx=float(np.clip(rng.normal(0, spread), -40, 40)),
        dy=float(np.clip(rng.normal(0, spread), -40, 40)),
        angle_deg=float(rng.normal(0, 0.4)) if turned else 0.0,
        scale=float(1 + rng.normal(0, 0.004)) if turned else 1.0,
    )


def _damage(rng: Generator, copper: Mask, attempts: int) -> list[Defect]:
    """Where a kind finds no place, another is tried: a board meant to be defective should be."""
    found: list[Defect] = []
    for _ in range(attempts):
        for _ in range(_KINDS_TRIED):
            label = DEFECT_LABELS[rng.integers(len(DEFECT_LABELS))]
            defect = add_defect(rng, copper, label, keep_clear=[known.box for known in found])
            if defect is not None:
                found.append(defect)
                break
    return found


def _harmless(rng: Generator, copper: Mask) -> None:
    """Patches etched a pixel wider or narrower, and specks too small to matter."""
    size = copper.shape[0]
    for _ in range(rng.integers(0, 5)):
        x, y = (int(v) for v in rng.integers(0, size - 60, 2))
        width, height = (int(v) for v in rng.integers(20, 120, 2))
        patch = copper[y : y + height, x : x + width]
        change = cv2.erode if rng.random() < 0.5 else cv2.dilate
        patch[:] = change(patch, np.ones((3, 3), np.uint8))
    for _ in range(rng.integers(0, 12)):
        x, y = (int(v) for v in rng.integers(0, size - 2, 2))
        copper[y : y + int(rng.integers(1, 3)), x : x + int(rng.integers(1, 3))] ^= 1
