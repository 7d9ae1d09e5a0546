"""Temperature scaling and how well it worked (Guo et al. 2017, arXiv:1706.04599)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_LEAST_PROBABILITY = 1e-12
_TEMPERATURES = np.geomspace(0.1, 10, 401)
"""1.2 % apart, finer than the likelihood tells them apart on a few thousand answers."""

_BINS = 10


class Answers(NamedTuple):
    """Probabilities (n × labels) and the index of the right label (n)."""

    probabilities: NDArray[np.float64]
    right: NDArray[np.intp]


def fit_temperature(answers: Answers) -> float:
    """The temperature under which the right labels are likeliest."""
    logs = np.log(np.maximum(answers.probabilities, _LEAST_PROBABILITY))
    losses = [_negative_log_likelihood(logs / t, answers.right) for t in _TEMPERATURES]
    return float(_TEMPERATURES[int(np.argmin(losses))])


def calibration_error(confidences: NDArray[np.float64], happened: NDArray[np.bool_]) -> float:
    """Expected calibration error: mean distance from the share that happened, over ten bins."""
    bins = np.minimum((confidences * _BINS).astype(int), _BINS - 1)
    distance = np.bincount(bins, weights=confidences - happened, minlength=_BINS)
    return float(np.abs(distance).sum() / len(confidences))


def _negative_log_likelihood(logits: NDArray[np.float64], right: NDArray[np.intp]) -> float:
    top = logits.max(axis=1)
    total = top + np.log(np.exp(logits - top[:, None]).sum(axis=1))
    return float((total - logits[np.arange(len(right)), right]).mean())
