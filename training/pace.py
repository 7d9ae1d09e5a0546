"""How far a training limited by time has come, and how fast it learns there."""

from time import monotonic

from foveal.training import workers

_WARMUP_STEPS = 100
_DECAY_SHARE = 0.3
_LEAST_RATE = 0.02
"""Shares of the peak rate and of the time: it falls in a line over the last third."""

_ASKED_EVERY = 10
"""Steps for which the workers go by the clock as last agreed on."""


class Pace:
    def __init__(self, minutes: float, *, spent: float) -> None:
        """`spent` seconds in earlier runs of this training."""
        self._limit = 60 * minutes
        self._began = monotonic() - spent
        self._left: float | None = None

    @property
    def seconds(self) -> float:
        return monotonic() - self._began

    def left(self, step: int) -> float:
        """Share of the time, the same in all workers."""
        if self._left is None or step % _ASKED_EVERY == 0:
            self._left = workers.agreed(1 - self.seconds / self._limit)
        return self._left

    def rate(self, step: int, *, peak: float) -> float:
        warm = min(1.0, (step + 1) / _WARMUP_STEPS)
        return peak * warm * max(_LEAST_RATE, min(1.0, self.left(step) / _DECAY_SHARE))
