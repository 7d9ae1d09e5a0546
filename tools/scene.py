"""A frame as the gate compares it: reduced, so that noise and time are little, and its changes."""

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np

from foveal.tools.difference import structural
from foveal.tools.exposure import match_evenly
from foveal.tools.gate_settings import GateSettings
from foveal.tools.image import Pixels, size_of

_REDUCED_PX = 640
"""Longest side, as long as the smallest change keeps two pixels."""

_NOISE = 5.0
"""Standard deviations of noise that no change may be mistaken for."""

_MOST_LEVELS = 48.0
"""Where all of a picture changed, that looks like noise: no more than this is put down to it."""

_EVERY = 4
"""Pixels in each direction of which one is taken to estimate noise."""


@dataclass(frozen=True, eq=False)
class Scene:
    pixels: Pixels
    """Of one channel."""

    factor: float
    """Original pixels to one of these."""

    @classmethod
    def of(cls, grey: Pixels, settings: GateSettings) -> Self:
        width, height = size_of(grey)
        factor = max(1, int(min(max(width, height) / _REDUCED_PX, settings.smallest_px / 2)))
        size = (max(1, width // factor), max(1, height // factor))
        small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
        smooth = np.asarray(cv2.GaussianBlur(small, (3, 3), 0), np.uint8)
        return cls(smooth, width / size[0])

    def changed_since(self, before: "Scene", settings: GateSettings) -> Pixels:
        """1 where it differs by more than light, noise and trembling explain, else 0."""
        exposed = match_evenly(before.pixels, self.pixels)
        tolerance = round(settings.tolerance_px / self.factor)
        levels = structural(exposed, self.pixels, tolerance_px=tolerance)
        off = cv2.absdiff(exposed, self.pixels)[::_EVERY, ::_EVERY]
        noise = min(_NOISE * 1.48 * float(np.median(off)), _MOST_LEVELS)
        least = max(settings.least_levels, noise)
        return np.asarray(cv2.threshold(levels, least - 0.5, 1, cv2.THRESH_BINARY)[1], np.uint8)
