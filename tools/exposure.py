"""One image in the exposure of another: same board, other light, shutter or lens."""

import cv2
import numpy as np
from numpy.typing import NDArray

from foveal.tools.image import Pixels, size_of
from foveal.tools.tone import Grey

_BLOCK_PX = 8
"""Exposure is fitted to means over blocks: blind to noise and to edges slightly out of place."""

_WINDOW_BLOCKS = 21
"""Light is taken as even over 168 px, in which the largest defect is a small share."""

_STEADY = 100.0
"""Variance, in squared levels, of a window from which its own contrast counts; below, the gain of
the whole image does, and the window has its own offset only."""

_SLACKS = (16.0, 4.0, 1.0)
"""Levels off that may still be light, fit by fit; up to half of a picture may have changed."""

_UNEVEN = 16.0
"""Levels below which a local correction is not worth its time."""


def match_exposure(template: Pixels, tested: Pixels, *, valid: NDArray[np.bool_]) -> Pixels:
    """The template (grey) with the gain and offset, at each place, that bring it to `tested`."""
    there, known = _means(tested), _means(valid.astype(np.uint8)) > 0
    if not known.any():
        return template
    even = _exposed(template, *_global(_means(template)[known], there[known]))
    here = _means(even)
    gains, offsets = _local(here, there, known.astype(np.float32))
    if np.abs((gains - 1) * here + offsets).max() < _UNEVEN:
        return even
    gains, offsets = (_spread(field, size_of(template)) for field in (gains, offsets))
    raised = cv2.multiply(even, gains, dtype=cv2.CV_32F)
    return np.asarray(cv2.add(raised, offsets, dtype=cv2.CV_8U), np.uint8)


def match_evenly(template: Pixels, tested: Pixels) -> Pixels:
    """With one gain and offset for all of the picture: light, and nothing that lies there."""
    here, there = _means(template), _means(tested)
    gain, offset = 1.0, float(np.median(there - here))
    for slack in _SLACKS:
        off = np.abs(gain * here + offset - there)
        near = off <= 3 * np.median(off) + slack
        gain, offset = _line(here[near], there[near])
    return _exposed(template, gain, offset)


def _exposed(image: Pixels, gain: float, offset: float) -> Pixels:
    levels = np.rint((gain * np.arange(256) + offset).clip(0, 255)).astype(np.uint8)
    return np.asarray(cv2.LUT(image, levels), np.uint8)


def _means(image: Pixels) -> Grey:
    width, height = size_of(image)
    small = (-(-width // _BLOCK_PX), -(-height // _BLOCK_PX))
    return np.asarray(cv2.resize(image, small, interpolation=cv2.INTER_AREA), np.float32)


def _global(here: Grey, there: Grey) -> tuple[float, float]:
    """Gain and offset by least squares, then again without what lies far off."""
    gain, offset = _line(here, there)
    off = np.abs(gain * here + offset - there)
    near = off <= 3 * np.median(off) + 1
    return _line(here[near], there[near])


def _line(here: Grey, there: Grey) -> tuple[float, float]:
    variance = float(here.var())
    covariance = float(np.mean((here - here.mean()) * (there - there.mean())))
    gain = (covariance + _STEADY) / (variance + _STEADY)
    return gain, float(there.mean()) - gain * float(here.mean())


def _local(here: Grey, there: Grey, known: Grey) -> tuple[Grey, Grey]:
    """Gain and offset around each block (He et al. 2010, guided filter)."""
    share = _average(known) + 1e-6
    mean_here, mean_there, square, product = (
        _average(field * known) / share for field in (here, there, here * here, here * there)
    )
    covariance = product - mean_here * mean_there
    gains = (covariance + _STEADY) / (square - mean_here**2 + _STEADY)
    return gains, mean_there - gains * mean_here


def _average(field: Grey) -> Grey:
    window = (_WINDOW_BLOCKS, _WINDOW_BLOCKS)
    return np.asarray(cv2.blur(field, window, borderType=cv2.BORDER_CONSTANT), np.float32)


def _spread(field: Grey, size: tuple[int, int]) -> Grey:
    return np.asarray(cv2.resize(field, size, interpolation=cv2.INTER_LINEAR), np.float32)
