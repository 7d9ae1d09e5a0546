"""How far figures would move with other pairs of the same kind (Efron & Tibshirani 1993)."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from foveal.evals.detection import Counts
from foveal.schemas.base import Strict

_DRAWS = 2000
_TAIL = 0.025


class Intervals(Strict):
    """95 % of the draws; too narrow where several pairs show parts of one board."""

    precision: tuple[float, float]
    recall: tuple[float, float]
    f_score: tuple[float, float]


def intervals(counts: Sequence[Counts]) -> Intervals:
    """Percentiles over pairs drawn with replacement, by fixed random numbers."""
    draws = np.random.default_rng(0).multinomial(
        len(counts), np.full(len(counts), 1 / len(counts)), size=_DRAWS
    )
    right, false_alarms, misses = (draws @ np.array(counts)).T
    return Intervals(
        precision=_middle(right, right + false_alarms),
        recall=_middle(right, right + misses),
        f_score=_middle(2 * right, 2 * right + false_alarms + misses),
    )


class Estimate(Strict):
    """A mean, and where 95 % of the means lie over items drawn with replacement."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """Of differences on the same items, this is a paired bootstrap."""
        known = np.asarray(values, float)
        draws = np.random.default_rng(0).multinomial(
            len(known), np.full(len(known), 1 / len(known)), size=_DRAWS
        )
        low, high = np.quantile(draws @ known / len(known), (_TAIL, 1 - _TAIL))
        return cls(value=float(known.mean()), low=float(low), high=float(high))


def _middle(part: NDArray[np.int64], whole: NDArray[np.int64]) -> tuple[float, float]:
    share = np.where(whole > 0, part / np.maximum(whole, 1), 1.0)
    low, high = np.quantile(share, (_TAIL, 1 - _TAIL))
    return float(low), float(high)
