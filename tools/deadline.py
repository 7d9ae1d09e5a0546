"""What takes too long is ended from outside, whatever it waits for."""

from collections.abc import Callable
from threading import Timer
from types import TracebackType
from typing import Self


class Deadline:
    """Calls `end` from another thread, should the block not be left within the seconds."""

    def __init__(self, seconds: float, end: Callable[[], object]) -> None:
        self._end = end
        self._timer = Timer(seconds, self._pass)
        self.passed = False

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        self._timer.join()

    def _pass(self) -> None:
        self.passed = True
        self._end()
