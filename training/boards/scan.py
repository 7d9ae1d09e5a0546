"""What a line scanner makes of a board: blur, wavering edges, jitter, threshold or grey, JPEG."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from foveal.tools.image import Pixels
from foveal.training.boards.copper import Mask

Field = NDArray[np.float32]

_WAVES, _BENDS = 40, 16
"""Across a scan, at most: of light and of jitter, and of its geometry, which leaves a small round
hole round."""


@dataclass(frozen=True)
class Motion:
    """Where the board lies under the scanner, relative to the template."""

    dx: float = 0.0
    dy: float = 0.0
    angle_deg: float = 0.0
    scale: float = 1.0

    def matrix(self, size: int) -> NDArray[np.float64]:
        """2 × 3, board pixels → scanned pixels, turning about the middle."""
        turned = cv2.getRotationMatrix2D((size / 2, size / 2), self.angle_deg, self.scale)
        return np.asarray(turned + np.array([[0, 0, self.dx], [0, 0, self.dy]]), np.float64)


@dataclass(frozen=True)
class Scanner:
    """One machine's habits; two scans of a pair share them."""

    blur_px: float
    waver_px: float
    jitter_px: float
    grain: float
    threshold_spread: float
    grey: bool
    jpeg_quality: int | None


def random_scanner(rng: Generator) -> Scanner:
    rough = rng.random() < 0.2
    return Scanner(
        blur_px=float(rng.uniform(0.6, 1.8)),
        waver_px=float(rng.uniform(0, 1.4 if rough else 0.7)),
        jitter_px=float(rng.uniform(0, 0.9 if rough else 0.35)),
        grain=float(rng.uniform(0, 0.22 if rough else 0.1)),
        threshold_spread=float(rng.uniform(0, 0.12)),
        grey=bool(rng.random() < 0.15),
        jpeg_quality=int(rng.integers(70, 97)) if rng.random() < 0.7 else None,
    )


def scan(rng: Generator, board: Mask, scanner: Scanner, motion: Motion, *, size: int) -> Mask:
    """The copper that a scan of `size` × `size` pixels shows; the board reaches past its rim."""
    soft = cv2.GaussianBlur(board.astype(np.float32), (0, 0), scanner.blur_px)
    map_x, map_y = _positions(board.shape[0], motion, size)
    map_x += _waver(rng, size, scanner.waver_px, waves=_BENDS)
    map_x += _jitter(rng, size, scanner.jitter_px)
    map_y += _waver(rng, size, scanner.waver_px, waves=_BENDS)
    seen = cv2.remap(soft, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    if scanner.grain:
        seen = seen + cv2.GaussianBlur(_normal(rng, size), (0, 0), 0.8) * scanner.grain * 2
    threshold = 0.5 + rng.normal(0, scanner.threshold_spread)
    copper: Mask = (seen > np.clip(threshold, 0.25, 0.75)).astype(np.uint8)
    if rng.random() < 0.12:
        _streak(rng, copper)
    return copper


def develop(rng: Generator, copper: Mask, scanner: Scanner) -> Pixels:
    """The picture of scanned copper: black and white, or grey with uneven light."""
    dark, bright = (0, 255) if not scanner.grey else _levels(rng)
    tone = np.where(copper > 0, dark, bright).astype(np.float32)
    if scanner.grey:
        size = copper.shape[0]
        soft = cv2.GaussianBlur(tone, (0, 0), float(rng.uniform(0.5, 1.1)))
        lit = soft * (1 + _waver(rng, size, 0.06))
        tone = np.asarray(lit + _normal(rng, size) * float(rng.uniform(1, 7)), np.float32)
    pixels: Pixels = np.clip(np.round(tone), 0, 255).astype(np.uint8)
    return _jpeg(pixels, scanner.jpeg_quality)


def _levels(rng: Generator) -> tuple[float, float]:
    dark = rng.uniform(10, 90)
    return float(dark), float(min(dark + rng.uniform(70, 170), 250))


def _positions(board_size: int, motion: Motion, size: int) -> tuple[Field, Field]:
    """For each scanned pixel, where on the board it looks."""
    inverse = cv2.invertAffineTransform(motion.matrix(size))
    (xx, xy, x0), (yx, yy, y0) = inverse.astype(np.float32)
    along = np.arange(size, dtype=np.float32)
    rim = np.float32((board_size - size) / 2)
    map_x = (xx * along + x0 + rim)[None, :] + (xy * along)[:, None]
    map_y = (yx * along + y0 + rim)[None, :] + (yy * along)[:, None]
    return map_x, map_y


def _normal(rng: Generator, size: int) -> Field:
    # A tile of noise at a random offset: fresh noise for every pixel costs more than the scan.
    tile = rng.standard_normal((size // 2, size // 2), np.float32)
    return np.tile(tile, (3, 3))[:size, :size]


def _waver(rng: Generator, size: int, amplitude: float, *, waves: int = _WAVES) -> Field:
    """Smooth displacement of up to a few pixels, at a random wavelength."""
    cells = int(rng.integers(4, waves))
    coarse = rng.standard_normal((cells, cells), np.float32) * np.float32(amplitude)
    return np.asarray(cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC), np.float32)


def _jitter(rng: Generator, size: int, amplitude: float) -> Field:
    """Rows that start late or early, in some stretches of the scan only."""
    rows = rng.standard_normal((size, 1), np.float32) * np.float32(amplitude)
    return np.asarray(rows * (_waver(rng, size, 1.0) > rng.uniform(-1, 1)), np.float32)


def _streak(rng: Generator, copper: Mask) -> None:
    """A dotted line near the rim, where a sensor's edge shows."""
    size = copper.shape[0]
    rows = rng.random(size) < rng.uniform(0.2, 0.8)
    at, thick = int(rng.integers(0, 4)), int(rng.integers(1, 3))
    target = copper if rng.random() < 0.7 else copper.T
    if rng.random() < 0.5:
        target = target[:, ::-1]
    target[rows, at : at + thick] = rng.integers(2)


def _jpeg(pixels: Pixels, quality: int | None) -> Pixels:
    if quality is None:
        return pixels
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)
