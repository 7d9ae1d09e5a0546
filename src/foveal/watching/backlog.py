"""Frames that wait for the model, between the thread that reads and the one that judges."""

from collections import deque
from dataclasses import replace
from threading import Condition
from typing import Literal

from foveal.tools.gate import Passage
from foveal.watching.source import Candidate, Unreadable

WhenBehind = Literal["newest", "oldest", "wait"]
"""Which frames are kept where the model is behind; `wait` keeps all and lets the reader wait."""

_ROOM = 4
"""Frames of 20 megapixels take 60 MB each."""


class Backlog:
    def __init__(self, when_behind: WhenBehind, *, room: int = _ROOM) -> None:
        self._when_behind = when_behind
        self._room = room
        self._waiting: deque[Candidate | Unreadable] = deque()
        self._skipped: Passage | None = None
        """What became of the scene before a frame that was dropped as it came."""

        self._changed = Condition()
        self._is_closed = False
        self.dropped = 0

    def put(self, found: Candidate | Unreadable) -> None:
        """Blocks only where the policy is to wait."""
        with self._changed:
            if self._when_behind == "wait":
                self._changed.wait_for(lambda: len(self._waiting) < self._room or self._is_closed)
            if self._is_closed:
                self._count(found)
            elif len(self._waiting) < self._room:
                self._waiting.append(self._since_skipped(found))
            elif self._when_behind == "oldest":
                self._skip(found)
            else:
                self._push(found)
            self._changed.notify_all()

    def get(self) -> Candidate | Unreadable | None:
        """The one that waited longest; None when there will be none."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_closed)
            found = self._waiting.popleft() if self._waiting else None
            self._changed.notify_all()
            return found

    def close(self, *, drop: bool = False) -> None:
        """No more is put; what waits can still be got, unless it is dropped too."""
        with self._changed:
            self._is_closed = True
            while drop and self._waiting:
                self._count(self._waiting.popleft())
            self._changed.notify_all()

    def _push(self, found: Candidate | Unreadable) -> None:
        """In the place of the one that waited longest."""
        dropped = self._waiting.popleft()
        self._count(dropped)
        self._waiting.append(found)
        if isinstance(dropped, Candidate):
            self._waiting[0] = _since(self._waiting[0], dropped.passage)

    def _skip(self, found: Candidate | Unreadable) -> None:
        self._count(found)
        if isinstance(found, Candidate) and found.passage is not None:
            earlier = self._skipped
            self._skipped = found.passage.after(earlier) if earlier else found.passage

    def _since_skipped(self, found: Candidate | Unreadable) -> Candidate | Unreadable:
        skipped, self._skipped = self._skipped, None
        return _since(found, skipped)

    def _count(self, found: Candidate | Unreadable) -> None:
        self.dropped += isinstance(found, Candidate)


def _since(found: Candidate | Unreadable, earlier: Passage | None) -> Candidate | Unreadable:
    if isinstance(found, Unreadable) or found.passage is None or earlier is None:
        return found
    return replace(found, passage=found.passage.after(earlier))
