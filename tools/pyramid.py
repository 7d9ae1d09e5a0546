"""Two images reduced together, coarse to fine."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from foveal.tools.edges import Edges, gradient
from foveal.tools.image import Pixels, size_of
from foveal.tools.tone import Grey, grey

_COARSEST_PX, _FINEST_PX = 160, 1280
"""Longest side of the first copies, and of copies that are fine enough: edges are placed to a few
hundredths of a reduced pixel."""

_SMOOTHING_PX = 1.5


@dataclass(frozen=True, eq=False)
class Reduced:
    """Smoothed copies, `factor` times smaller, and the edges of the template's."""

    template: Grey
    tested: Grey
    edges: Edges
    factor: int

    @cached_property
    def tested_gradient(self) -> tuple[Grey, Grey]:
        """Across and down, 2 × height × width, and its squared length."""
        across_down = gradient(self.tested)
        return across_down, np.asarray((across_down**2).sum(axis=0), np.float32)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the tested copy."""
        height, width = self.tested.shape
        return width, height


def pyramid(template: Pixels, tested: Pixels) -> Iterator[Reduced]:
    for factor in _factors(*size_of(template), *size_of(tested)):
        here, there = _smoothed(template, factor), _smoothed(tested, factor)
        yield Reduced(here, there, Edges.of(here), factor)


def _factors(*sides: int) -> Iterator[int]:
    factor = max(1, min(-(-max(sides) // _COARSEST_PX), *sides))
    yield factor
    while factor > 2 and max(sides) < factor * _FINEST_PX:
        factor //= 2
        yield factor


def _smoothed(pixels: Pixels, factor: int) -> Grey:
    """Means over factor × factor pixels, blurred; an incomplete last row or column is left out."""
    width, height = size_of(pixels)
    small = (width // factor, height // factor)
    whole = grey(pixels)[: small[1] * factor, : small[0] * factor]
    means = cv2.resize(whole, small, interpolation=cv2.INTER_AREA).astype(np.float32)
    return cv2.GaussianBlur(means, (0, 0), _SMOOTHING_PX).astype(np.float32, copy=False)
