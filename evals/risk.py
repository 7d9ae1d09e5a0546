"""Limits on a part's score that keep a stated rate on parts yet to come, whatever the scores.

Conformal risk control (Angelopoulos et al. 2022, arXiv:2208.02814): of n labelled parts so many
may lie on the wrong side that (wrong + 1) / (n + 1) stays within the rate. For parts drawn as the
labelled ones were, the share expected on the wrong side is then within it, averaged over the draw
of the labelled parts; a single set of them can be lucky or not.
"""

from math import ceil, floor, inf, nextafter

import numpy as np
from numpy.typing import NDArray

from foveal.schemas.calibration import Limit, Rates
from foveal.schemas.errors import BadData

Scores = NDArray[np.float64]
"""Of one kind of part; below 1, as `scaled` leaves them. Where a person must look whatever was
found, +∞ for a defective part and -∞ for a good one: it is on no limit's wrong side."""

_ROUNDING = 1e-9
_STEPS = np.linspace(0, 1, 21).round(2)


class TooFewParts(BadData):
    """Labelled parts that do not allow for the stated rate."""


def require_parts(*, defective: int, good: int, escape: float, overkill: float) -> None:
    """Raises TooFewParts; told before a model is loaded."""
    for kind, parts, name, rate in (
        ("defective", defective, "escape", escape),
        ("good", good, "overkill", overkill),
    ):
        if _allowed(parts, rate) < 0:
            raise TooFewParts(
                f"{parts} {kind} parts cannot show an {name} rate of {rate:.3g}",
                fix=f"label at least {_needed(rate)} of them, or state a higher --{name}",
            )


def choose_limits(
    defective: Scores, good: Scores, *, escape: float, overkill: float, between: float
) -> tuple[Limit, Limit]:
    """(pass_below, fail_from): as many parts decided without a person as the rates allow.

    Where all are, one limit is both, as near to `between` as the rates let it be.
    """
    require_parts(defective=len(defective), good=len(good), escape=escape, overkill=overkill)
    low, high = _pass_below(defective, escape), _fail_from(good, overkill)
    if high < low:
        low = high = min(max(between, high), low)
    return (
        Limit(score=low, rate=escape, wrong=int((defective < low).sum()), parts=len(defective)),
        Limit(score=high, rate=overkill, wrong=int((good >= high).sum()), parts=len(good)),
    )


def rates_at(defective: Scores, good: Scores, limits: tuple[Limit, Limit]) -> list[Rates]:
    scores = sorted({*_STEPS.tolist(), *(limit.score for limit in limits)})
    return [
        Rates(
            score=score,
            escape=float(((defective < score) | (defective == 0)).mean()),
            overkill=float(((good >= score) & (good > 0)).mean()),
        )
        for score in scores
    ]


def _pass_below(defective: Scores, escape: float) -> float:
    """The highest limit that as few defective parts as allowed lie below."""
    first_caught = float(np.sort(defective)[_allowed(len(defective), escape)])
    if first_caught == 0:
        unseen = int((defective == 0).sum())
        raise BadData(
            f"on {unseen} of {len(defective)} defective parts nothing differs where they are "
            f"defective, so no limit keeps an escape rate of {escape:.3g}",
            fix="check their labels, or state a higher --escape",
        )
    return min(first_caught, 1.0)


def _fail_from(good: Scores, overkill: float) -> float:
    """Just above the highest good score that must not fail."""
    first_spared = float(np.sort(good)[::-1][_allowed(len(good), overkill)])
    return nextafter(max(first_spared, 0.0), inf)


def _allowed(parts: int, rate: float) -> int:
    """On the wrong side; negative where even none would not show the rate."""
    return floor(rate * (parts + 1) - 1 + _ROUNDING)


def _needed(rate: float) -> int:
    return ceil(1 / rate - 1 - _ROUNDING)
