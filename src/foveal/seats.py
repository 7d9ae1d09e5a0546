from collections import deque
from threading import Condition
from typing import Generic, TypeVar

Holder = TypeVar("Holder")


class Seats(Generic[Holder]):
    """Who can take one more item, each as often as it can; for several threads."""

    def __init__(self) -> None:
        self._free: deque[Holder] = deque()
        self._over: Exception | None = None
        self._changed = Condition()

    def put(self, holder: Holder) -> None:
        with self._changed:
            self._free.append(holder)
            self._changed.notify()

    def take(self) -> Holder:
        """Waits for one. Raises why they were closed, if they were."""
        with self._changed:
            self._changed.wait_for(lambda: self._free or self._over)
            if self._over is not None:
                raise self._over
            return self._free.popleft()

    def take_all(self, holder: Holder) -> int:
        """How many of its seats were free."""
        with self._changed:
            others = [other for other in self._free if other != holder]
            taken = len(self._free) - len(others)
            self._free = deque(others)
            return taken

    def close(self, why: Exception) -> None:
        """The first reason counts."""
        with self._changed:
            self._over = self._over or why
            self._changed.notify_all()
