"""Labelled pairs, however they came about."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from foveal.evals.matching import Truth
from foveal.schemas.errors import BadData
from foveal.tools.image import Image
from foveal.tools.intake import read_image

T = TypeVar("T")


def read_images(paths: Sequence[Path], truths: Sequence[Truth]) -> tuple[Image, ...]:
    """The tested part last. Raises BadData where what is labelled does not lie on it."""
    images = tuple(map(read_image, paths))
    for truth in truths:
        if not truth.box.fits(images[-1].size):
            raise BadData(
                f"{tuple(truth.box)} leaves the {images[-1].size} image {paths[-1].name!r}",
                fix="correct its label file",
            )
    return images


@dataclass(frozen=True, eq=False)
class LabelledPair:
    """A tested part, everything that is wrong with it, and its template where there is one."""

    name: str
    truths: tuple[Truth, ...]
    read: Callable[[], tuple[Image, ...]]
    """The tested part last; called when its turn comes, so that a thousand fit in memory."""

    def altered(self, change: Callable[[Image], Image]) -> "LabelledPair":
        """With the tested part changed once it is read, and what is wrong with it as before."""

        def read() -> tuple[Image, ...]:
            *template, tested = self.read()
            return *template, change(tested)

        return replace(self, read=read)


def spread(items: Sequence[T], limit: int | None) -> list[T]:
    """`limit` of the items, evenly spread: the first of them would show the same few boards."""
    if limit is None:
        return list(items)
    count = min(limit, len(items))
    return [items[(2 * index + 1) * len(items) // (2 * count)] for index in range(count)]
