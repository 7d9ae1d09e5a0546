"""One reply while it is being written: what may follow, what must, and when it ends.

Where only one text can follow, `forced` gives its ids: they are fed to the model as they are, many
in one forward pass, and never encoded again. Elsewhere the model chooses among the `allowed`.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from foveal.models.loops import LoopDetector
from foveal.models.masks import Mask
from foveal.models.protocol import Finish


@dataclass(frozen=True)
class Ending:
    """When a reply ends, and where its thinking does."""

    stops: frozenset[int]
    open_thinking: int | None
    close_thinking: int | None
    after_thinking: tuple[int, ...]
    """What models write between their thinking and their answer."""


def never() -> bool:
    return False


def always() -> bool:
    return True


def time_limit(seconds: float | None, clock: Callable[[], float]) -> Callable[[], bool]:
    """Whether so many seconds have gone by since now."""
    if seconds is None:
        return never
    end = clock() + seconds
    return lambda: clock() >= end


@dataclass(eq=False)
class Draft:
    ending: Ending
    limit: int
    """Tokens, the thinking's included."""
    mask: Mask | None
    thinking: bool
    """Inside a thought, where no grammar holds."""
    thinking_limit: int | None = None
    """Tokens of thought after which it is closed by force."""
    out_of_time: Callable[[], bool] = never
    is_over: Callable[[Sequence[int]], bool] | None = None
    """Whether a free answer of these ids holds a text at which it ends."""
    ids: list[int] = field(default_factory=list)
    log_probabilities: list[float] = field(default_factory=list)
    """Of each token where it was chosen; 0 where it was forced."""
    finish: Finish | None = None
    _closing: deque[int] = field(default_factory=deque)
    """What is still to be written between thinking and answer."""
    _thought: int = 0
    """Tokens of thinking that `ids` begin with, once it is over."""
    _answer: int = 0
    """Where in `ids` the answer begins."""
    _read: int = 0
    _loops: LoopDetector = field(default_factory=LoopDetector)

    def forced(self) -> list[int]:
        """Ids that must come next; none where a choice must be made, or the reply is finished."""
        if self.finish is not None:
            return []
        masked = self.mask is not None and not self.thinking
        run = [*self._closing, *(self.mask.forced() if self.mask and masked else ())]
        return run[: self.limit - len(self.ids)]

    def add_forced(self, ids: Sequence[int]) -> None:
        """Takes what `forced` gave."""
        for token in ids:
            self._append(token, log_probability=0.0)
            if self._closing:
                assert token == self._closing.popleft(), "forced tokens are added in their order"
            elif self.mask is not None:
                self.mask.accept(token)
        if ids:
            self._settle()

    def allowed(self, vocabulary: int) -> NDArray[np.bool_] | None:
        """Flags of the tokens that may follow; none where all may."""
        assert not self._closing, "what is forced comes first"
        if self.mask is None or self.thinking:
            return None
        return self.mask.allowed()[:vocabulary]

    def add(self, token: int, *, log_probability: float) -> None:
        """A token that the model chose."""
        assert not self._closing, "what is forced comes first"
        if self.thinking and token in self.ending.stops:
            self._close(forced=True)  # in place of the stop, since a thought alone is no reply
            return
        self._append(token, log_probability=log_probability)
        if self.thinking:
            self._think(token)
        elif token in self.ending.stops:
            self.finish = "stop"
        elif self.mask is not None:
            self.mask.accept(token)
        elif len(self.ids) == 1 and token == self.ending.open_thinking:
            self.thinking = True
        self._settle()
        if self.finish is None and self._loops.looping:
            self.finish = "loop"

    @property
    def unread(self) -> list[int]:
        """What the next forward pass reads."""
        return self.ids[self._read :]

    def read(self, count: int) -> None:
        """So many more of the ids have been."""
        self._read += count

    def parts(self) -> tuple[list[int], list[int]]:
        """Ids of the thinking and of the answer, without the tokens that mark them."""
        if self.thinking:
            return self._without_opening(self.ids), []
        answer = self.ids[self._answer :]
        if answer and answer[-1] in self.ending.stops:
            answer.pop()
        return self._without_opening(self.ids[: self._thought]), answer

    def _append(self, token: int, *, log_probability: float) -> None:
        self.ids.append(token)
        self.log_probabilities.append(log_probability)
        self._loops.add(token)

    def _think(self, token: int) -> None:
        if token == self.ending.close_thinking:
            self._close(forced=False)
        elif self.thinking_limit is not None and len(self.ids) >= self.thinking_limit:
            self._close(forced=True)

    def _close(self, *, forced: bool) -> None:
        """Without a grammar a model that closed its thought writes on as it likes."""
        close = self.ending.close_thinking
        assert close is not None, "a model that thinks has a tag to end it"
        if forced:
            self._closing.append(close)
        if forced or self.mask is not None:
            self._closing.extend(self.ending.after_thinking)
        self._thought = len(self.ids) - (0 if forced else 1)
        self._answer = len(self.ids) + len(self._closing)
        self.thinking = False

    def _settle(self) -> None:
        """A reply that is whole at its very limit is not cut."""
        if self.finish is None and self.mask is not None and not self.thinking:
            self.finish = "stop" if self.mask.complete else None
        if self.finish is None and self.is_over and not (self.mask or self.thinking):
            self.finish = "stop" if self.is_over(self.parts()[1]) else None
        if self.finish is None and len(self.ids) >= self.limit:
            self.finish = "length"
        if self.finish is None and self.out_of_time():
            self.finish = "time"

    def _without_opening(self, ids: Sequence[int]) -> list[int]:
        return [token for token in ids if token != self.ending.open_thinking]
