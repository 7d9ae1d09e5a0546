"""How often something was wrong where a model said so with a given confidence."""

import numpy as np
from numpy.typing import NDArray

from foveal.schemas.calibration import Reliability

_BINS = 10
_DIGITS = 4
"""A sum differs in its last digits from run to run; the same parts are to give the same figures."""


def calibration_error(confidences: NDArray[np.float64], happened: NDArray[np.bool_]) -> float:
    """Expected calibration error: mean distance from the share that happened, over ten bins."""
    distance = np.bincount(_bins(confidences), weights=confidences - happened, minlength=_BINS)
    return float(np.abs(distance).sum() / len(confidences))


def reliability(confidences: NDArray[np.float64], happened: NDArray[np.bool_]) -> list[Reliability]:
    """A point for each bin that holds any."""
    bins = _bins(confidences)
    return [
        Reliability(
            confidence=round(float(confidences[bins == index].mean()), _DIGITS),
            wrong=round(float(happened[bins == index].mean()), _DIGITS),
            regions=int((bins == index).sum()),
        )
        for index in np.unique(bins)
    ]


def _bins(confidences: NDArray[np.float64]) -> NDArray[np.intp]:
    return np.minimum((confidences * _BINS).astype(np.intp), _BINS - 1)
