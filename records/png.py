"""Pixels as PNG and back, without loss."""

import io
import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
"""Height × width (grey) or height × width × 3 (RGB), 0 to 255."""


NOT_PNG = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)
"""What Pillow raises over damaged files."""


def encode(pixels: Pixels) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG")
    return buffer.getvalue()


def decode(content: bytes) -> Pixels:
    """Read-only pixels; raises one of NOT_PNG where `content` cannot be read."""
    with warnings.catch_warnings():
        # Intake bounds what is ever saved; Pillow warns from 89 million pixels on.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            return np.asarray(image)
