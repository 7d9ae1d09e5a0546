"""Small known changes to a scan, such as a fixture, a lamp and a lens make from one to the next."""

from collections.abc import Collection
from dataclasses import dataclass
from math import ceil
from typing import Literal, Self, get_args

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from foveal.schemas.box import Box
from foveal.schemas.errors import BadData
from foveal.tools.image import Image, Pixels, image_from, size_of
from foveal.tools.motion import similarity, translation

Jitter = Literal["shift", "light", "scale", "order"]
JITTERS: tuple[Jitter, ...] = get_args(Jitter)

MOST_SHIFT_PX = 3.0
MOST_GAIN = 0.03
MOST_OFFSET = 8.0
"""Of 255 grey levels, 3 %."""

MOST_SCALING = 0.01

_INTERPOLATION_PX = 2
_LEAST_SIDE_PX = 32


@dataclass(frozen=True)
class Disturbance:
    dx: float = 0.0
    dy: float = 0.0
    gain: float = 1.0
    offset: float = 0.0
    scale: float = 1.0
    tested_first: bool = False
    """Whether the model is shown the tested part before the reference."""

    @classmethod
    def drawn(cls, rng: Generator, kinds: Collection[Jitter]) -> Self:
        """One of these kinds, or several at once."""
        dx, dy = rng.uniform(-MOST_SHIFT_PX, MOST_SHIFT_PX, 2) * ("shift" in kinds)
        gain = 1 + _within(rng, MOST_GAIN) * ("light" in kinds)
        offset = _within(rng, MOST_OFFSET) * ("light" in kinds)
        scale = 1 + _within(rng, MOST_SCALING) * ("scale" in kinds)
        is_turned = "order" in kinds and (len(kinds) == 1 or rng.random() < 0.5)
        return cls(float(dx), float(dy), gain, offset, scale, bool(is_turned))

    def applied(self, image: Image) -> Image:
        """Without a rim, the same for every disturbance, so that no pixel is made up."""
        rim = _rim_px(image.size)
        if min(image.size) < 2 * rim + _LEAST_SIDE_PX:
            raise BadData(
                f"{image.source!r} of {image.size} pixels is too small to be disturbed",
                fix=f"take images of {2 * rim + _LEAST_SIDE_PX} pixels or more",
            )
        moved = self._moved(image.pixels)[rim:-rim, rim:-rim]
        lit = np.clip(np.rint(moved * self.gain + self.offset), 0, 255).astype(np.uint8)
        return image_from(lit, image.source)

    def undone(self, box: Box, size: tuple[int, int]) -> NDArray[np.float64]:
        """Corners of a box on a disturbed image of (width, height), had it not been disturbed."""
        middle, shift = np.array(size * 2) / 2, np.array((self.dx, self.dy) * 2)
        return np.asarray((np.array(box) - middle - shift) / self.scale + middle)

    def _moved(self, pixels: Pixels) -> Pixels:
        width, height = size_of(pixels)
        center = ((width - 1) / 2, (height - 1) / 2)
        motion = translation(self.dx, self.dy) @ similarity(0, self.scale, center)
        if np.array_equal(motion, np.eye(3)):
            return pixels
        moved = cv2.warpAffine(pixels, motion[:2], (width, height), flags=cv2.INTER_CUBIC)
        return np.asarray(moved, np.uint8)


def _rim_px(size: tuple[int, int]) -> int:
    return ceil(MOST_SHIFT_PX + MOST_SCALING * max(size) / 2) + _INTERPOLATION_PX


def _within(rng: Generator, most: float) -> float:
    return float(rng.uniform(-most, most))
