"""Starting points for an alignment: by phase and by edges as the images lie, then by phase turned.

A board of parallel traces fits itself one pitch further, so several peaks are offered and the
images decide.
"""

from collections.abc import Iterator
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from foveal.tools.edges import BORDER_PX, gradient
from foveal.tools.motion import Matrix, similarity, translation
from foveal.tools.tone import Grey

_PEAKS = 3
_TURNS_DEGREES = range(-6, 7)
_SCALES = (0.95, 0.975, 1.0, 1.025, 1.05)
"""Between two of them edges at the border move by less than refinement catches."""

_KEPT = 4

Spectrum = NDArray[np.complex64]


def straight(template: Grey, tested: Grey) -> list[Matrix]:
    """No motion, and the likeliest translations."""
    shape = _shared_shape(template, tested)
    surface = _correlation(_spectrum(template, shape), _spectrum(tested, shape), shape)
    shifts = dict.fromkeys([(0, 0), *((dx, dy) for dx, dy, _ in _peaks(surface, _PEAKS))])
    return [translation(dx, dy) for dx, dy in shifts]


def edge_on_edge(template: Grey, tested: Grey) -> list[Matrix]:
    """The translations that bring most edges onto edges.

    Phase correlation weighs noise like everything else and fades out the border: where a picture
    shows little, it misses the one trace that leaves it.
    """
    shape = _shared_shape(template, tested)
    here, there = (np.fft.rfft2(_edges(image), shape) for image in (template, tested))
    surface = np.fft.irfft2((there * np.conj(here)).sum(axis=0), shape)
    return [translation(dx, dy) for dx, dy, _ in _peaks(surface.astype(np.float32), _PEAKS)]


def turned(template: Grey, tested: Grey) -> list[Matrix]:
    """The likeliest similarities within ±6° and ±5 %."""
    shape = _shared_shape(template, tested)
    there = _spectrum(tested, shape)
    found: list[tuple[float, Matrix]] = []
    for pose in _poses(template):
        surface = _correlation(_spectrum(_posed(template, pose), shape), there, shape)
        dx, dy, peak = next(_peaks(surface, 1))
        found.append((peak, translation(dx, dy) @ pose))
    found.sort(key=lambda candidate: -candidate[0])
    return [motion for _, motion in found[:_KEPT]]


def _poses(template: Grey) -> Iterator[Matrix]:
    height, width = template.shape
    for degrees, scale in product(_TURNS_DEGREES, _SCALES):
        yield similarity(degrees, scale, ((width - 1) / 2, (height - 1) / 2))


def _posed(template: Grey, pose: Matrix) -> Grey:
    height, width = template.shape
    posed = cv2.warpPerspective(template, pose, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(posed, np.float32)


def _shared_shape(template: Grey, tested: Grey) -> tuple[int, int]:
    return (
        cv2.getOptimalDFTSize(max(template.shape[0], tested.shape[0])),
        cv2.getOptimalDFTSize(max(template.shape[1], tested.shape[1])),
    )


def _spectrum(image: Grey, shape: tuple[int, int]) -> Spectrum:
    """Of the image faded out towards its border, so that the border is no edge."""
    height, width = image.shape
    window = np.outer(np.hanning(height), np.hanning(width))
    return np.fft.rfft2((image - image.mean()) * window, shape).astype(np.complex64)


def _edges(image: Grey) -> Grey:
    """Levels per pixel across and down; none along the border, where they are made up."""
    slopes = gradient(image)
    slopes[:, :BORDER_PX] = slopes[:, -BORDER_PX:] = 0
    slopes[:, :, :BORDER_PX] = slopes[:, :, -BORDER_PX:] = 0
    return slopes


def _correlation(here: Spectrum, there: Spectrum, shape: tuple[int, int]) -> Grey:
    cross = there * np.conj(here)
    size = np.abs(cross)
    surface = np.fft.irfft2(cross / (size + 1e-3 * size.max() + 1e-9), shape).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(surface, (0, 0), 1), np.float32)


def _peaks(surface: Grey, count: int) -> Iterator[tuple[int, int, float]]:
    """(dx, dy, height) of the highest points, none within three pixels of another."""
    height, width = surface.shape
    left = surface.copy()
    for _ in range(count):
        y, x = divmod(int(np.argmax(left)), width)
        yield _signed(x, width), _signed(y, height), float(left[y, x])
        rows, columns = np.arange(y - 3, y + 4) % height, np.arange(x - 3, x + 4) % width
        left[np.ix_(rows, columns)] = -np.inf


def _signed(offset: int, period: int) -> int:
    return offset - period if offset > period // 2 else offset
