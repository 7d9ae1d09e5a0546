"""Images of one channel."""

import cv2
import numpy as np
from numpy.typing import NDArray

from foveal.tools.image import Pixels

Grey = NDArray[np.float32]
"""Height × width, 0 to 255, between whole levels."""


def grey(pixels: Pixels) -> Pixels:
    """One channel; grey images are returned as they are."""
    return pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.uint8)
