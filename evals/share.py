from collections.abc import Sequence
from math import sqrt
from typing import Self

from foveal.schemas.base import Strict

_DEVIATIONS = 1.96


class Share(Strict):
    """So many of so many; `interval` holds the true share with 95 % (Wilson 1927)."""

    count: int
    of: int
    share: float
    interval: tuple[float, float]

    @classmethod
    def counted(cls, happened: Sequence[bool]) -> Self:
        count, of = sum(happened), len(happened)
        return cls(count=count, of=of, share=count / of if of else 0.0, interval=_wilson(count, of))

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.count} of {self.of} ({low:.1%} to {high:.1%})"


def _wilson(count: int, of: int) -> tuple[float, float]:
    if not of:
        return 0.0, 1.0
    share, square = count / of, _DEVIATIONS**2
    middle = (share + square / (2 * of)) / (1 + square / of)
    reach = (
        _DEVIATIONS * sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    )
    return max(middle - reach, 0.0), min(middle + reach, 1.0)
