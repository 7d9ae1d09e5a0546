"""Labelled pairs, however they came about."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from foveal.evals.matching import Truth
from foveal.tools.image import Image

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class LabelledPair:
    """A template and a tested part, and everything that is wrong with the tested one."""

    name: str
    truths: tuple[Truth, ...]
    read: Callable[[], tuple[Image, Image]]
    """Template and tested; called when their turn comes, so that a thousand pairs fit in memory."""


def spread(items: Sequence[T], limit: int | None) -> list[T]:
    """`limit` of the items, evenly spread: the first of them would show the same few boards."""
    if limit is None:
        return list(items)
    count = min(limit, len(items))
    return [items[(2 * index + 1) * len(items) // (2 * count)] for index in range(count)]
