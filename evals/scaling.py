"""A temperature and a shift that make a model's probabilities hold (Platt 1999).

The temperature mends how sure a model is (Guo et al. 2017, arXiv:1706.04599), the shift that it was
trained where harmless places were rarer, or less rare, than they are (Saerens et al. 2002).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_LEAST_PROBABILITY = 1e-12
_TEMPERATURES = np.geomspace(0.1, 10, 201)
"""2.3 % apart, finer than the likelihood tells them apart on a few thousand regions."""

_FURTHEST_SHIFT = 50.0
_HALVINGS = 50

Values = NDArray[np.float64]


class Scaling(NamedTuple):
    temperature: float
    shift: float


def fit_scaling(wrong: Values, happened: NDArray[np.bool_]) -> Scaling:
    """The two under which what happened is likeliest; `wrong` is what the model gave it."""
    kept = np.clip(wrong, _LEAST_PROBABILITY, 1 - _LEAST_PROBABILITY)
    odds = np.log(kept / (1 - kept))
    aims = _aims(happened)
    fitted = [Scaling(float(t), _fit_shift(odds / t, aims)) for t in _TEMPERATURES]
    losses = [_loss(odds / t - shift, aims) for t, shift in fitted]
    return fitted[int(np.argmin(losses))]


def _aims(happened: NDArray[np.bool_]) -> Values:
    """Platt's own: a little short of 0 and 1, or the shift had no end where all are of one kind."""
    wrong = int(happened.sum())
    harmless = len(happened) - wrong
    return np.where(happened, (wrong + 1) / (wrong + 2), 1 / (harmless + 2))


def _fit_shift(odds: Values, aims: Values) -> float:
    """At its best as much is expected to be wrong as is: found by halving."""
    low, high = -_FURTHEST_SHIFT, _FURTHEST_SHIFT
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _probability(odds - middle).sum() > aims.sum():
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _probability(odds: Values) -> Values:
    return (1 + np.tanh(odds / 2)) / 2


def _loss(odds: Values, aims: Values) -> float:
    return float((np.logaddexp(0, odds) - aims * odds).mean())
