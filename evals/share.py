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

    @classmethod
    def clustered(cls, rows: Sequence[Sequence[bool]]) -> Self:
        """Over all rows together; within one, what happens once may well happen again.

        The interval therefore counts rows for trials (those that are not empty), which makes it too
        wide rather than too narrow.
        """
        happened = [one for row in rows for one in row]
        pooled = cls.counted(happened)
        trials = sum(bool(row) for row in rows)
        return pooled.model_copy(update={"interval": _wilson(pooled.share * trials, trials)})

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.count} of {self.of} ({low:.1%} to {high:.1%})"


def _wilson(count: float, of: int) -> tuple[float, float]:
    if not of:
        return 0.0, 1.0
    share, square = count / of, _DEVIATIONS**2
    middle = (share + square / (2 * of)) / (1 + square / of)
    reach = (
        _DEVIATIONS * sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    )
    return max(middle - reach, 0.0), min(middle + reach, 1.0)
