from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

_KEPT = 0.998
"""Share of the mean that a step leaves; less during the first steps, which are soon forgotten."""


class Average:
    """Running mean of a model's parameters; it does better than the last step's."""

    def __init__(self, parameters: Iterable[nn.Parameter]) -> None:
        self._live = list(parameters)
        self.values = [parameter.detach().clone() for parameter in self._live]

    def follow(self, step: int) -> None:
        """After step number `step`, from 0."""
        kept = min(_KEPT, (1 + step) / (10 + step))
        torch._foreach_lerp_(self.values, [live.detach() for live in self._live], 1 - kept)

    def restore(self, values: Iterable[Tensor]) -> None:
        for mine, value in zip(self.values, values, strict=True):
            mine.copy_(value)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """The model has the mean for its weights within this block."""
        self._swap()
        try:
            yield
        finally:
            self._swap()

    def _swap(self) -> None:
        for live, mean in zip(self._live, self.values, strict=True):
            kept = live.data.clone()
            live.data.copy_(mean)
            mean.copy_(kept)
