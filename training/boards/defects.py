"""The six defects of bare boards, put where the copper allows them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.random import Generator

from foveal.schemas.box import Box
from foveal.training.boards.copper import BARE, COPPER, Mask
from foveal.training.boards.marks import across, at_edge, bounds, enclosed, without_specks

DefectLabel = Literal["open", "short", "mousebite", "spur", "copper", "pin-hole"]
DEFECT_LABELS: tuple[DefectLabel, ...] = get_args(DefectLabel)

_DRAW: dict[DefectLabel, Callable[[Generator, Mask], Mask | None]] = {
    "open": across,
    "short": across,
    "mousebite": at_edge,
    "spur": at_edge,
    "copper": enclosed,
    "pin-hole": enclosed,
}
_TAKE_COPPER = ("open", "mousebite", "pin-hole")

_REACH = 64
"""Half side in pixels of the window in which a defect is drawn and its topology decided."""

_APART_PX = 10
_ATTEMPTS = 12


@dataclass(frozen=True)
class Defect:
    label: DefectLabel
    box: Box
    """Tight around the changed pixels."""


def add_defect(
    rng: Generator, copper: Mask, label: DefectLabel, *, keep_clear: Iterable[Box]
) -> Defect | None:
    """Draw one defect into `copper`; None where no suitable place was found."""
    takes = label in _TAKE_COPPER
    occupied = list(keep_clear)
    for _ in range(_ATTEMPTS):
        x, y = _corner(rng, copper.shape[0])
        window = copper[y : y + 2 * _REACH, x : x + 2 * _REACH]
        field = window if takes else (1 - window).astype(np.uint8)
        mark = _DRAW[label](rng, without_specks(field))
        if mark is None:
            continue
        box = bounds(mark).shifted(x, y)
        if any(box.grown(_APART_PX).intersection_area(other) for other in occupied):
            continue
        window[mark > 0] = BARE if takes else COPPER
        return Defect(label, box)
    return None


def _corner(rng: Generator, size: int) -> tuple[int, int]:
    x, y = rng.integers(0, size - 2 * _REACH + 1, 2)
    return int(x), int(y)
