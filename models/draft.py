"""One reply while it is being written, token by token."""

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from foveal.models.schema_mask import SchemaMask


@dataclass(frozen=True)
class Ending:
    """When a reply ends, and where its thinking does."""

    stops: frozenset[int]
    open_thinking: int | None
    close_thinking: int | None
    after_thinking: tuple[int, ...]
    """What models write between their thinking and their answer."""


@dataclass(eq=False)
class Draft:
    ending: Ending
    limit: int
    mask: SchemaMask | None
    thinking: bool
    """Inside a thought, where the schema does not hold."""
    ids: list[int] = field(default_factory=list)
    log_probabilities: list[float] = field(default_factory=list)
    finish: Literal["stop", "length"] | None = None
    _forced: deque[int] = field(default_factory=deque)
    _read: int = 0

    def allowed(self, vocabulary: int) -> NDArray[np.bool_] | None:
        """Flags of the tokens that may follow; none where all may."""
        if self._forced:
            return np.isin(np.arange(vocabulary), self._forced[0])
        if self.mask is None or self.thinking:
            return None
        return self.mask.allowed()[:vocabulary]

    def add(self, token: int, *, log_probability: float) -> None:
        self.ids.append(token)
        self.log_probabilities.append(log_probability)
        if self._forced:
            self._forced.popleft()
        elif self.thinking:
            self._think(token)
        elif token in self.ending.stops:
            self.finish = "stop"
        elif self.mask is not None:
            self.mask.accept(token)
            self.finish = "stop" if self.mask.complete else None
        if self.finish is None and len(self.ids) >= self.limit:
            self.finish = "length"

    def take_unread(self) -> list[int]:
        """Ids added since the last call: what the next forward pass reads."""
        unread, self._read = self.ids[self._read :], len(self.ids)
        return unread

    def _think(self, token: int) -> None:
        """A thought that stops without being closed leaves no answer, so the reply is cut."""
        if token in self.ending.stops:
            self.finish = "length"
        if token == self.ending.close_thinking:
            self.thinking = False
            self._forced.extend(self.ending.after_thinking if self.mask else ())

    def parts(self) -> tuple[list[int], list[int]]:
        """Ids of the thinking and of the answer, without the tokens that mark them."""
        marks = {*self.ending.stops, self.ending.open_thinking, self.ending.close_thinking}
        thought = len(self.ids) if self.thinking else 0
        if self.ending.close_thinking in self.ids:
            thought = self.ids.index(self.ending.close_thinking)
        thinking, answer = self.ids[:thought], self.ids[thought:]
        return [t for t in thinking if t not in marks], [t for t in answer if t not in marks]
