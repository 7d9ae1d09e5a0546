"""Which part of a prompt a forward pass adds, and which pictures that part shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foveal.models.features import picture_key
from foveal.models.prefixes import Known, TokenKeys, token_keys
from foveal.models.prompt import IMAGE, Outline
from foveal.models.protocol import Pixels


@dataclass(frozen=True, eq=False)
class Row:
    """One prompt of a batch."""

    outline: Outline
    pictures: tuple[Pixels, ...]
    cells: tuple[int, ...]
    """Tokens of each picture."""

    @cached_property
    def digests(self) -> tuple[bytes, ...]:
        return tuple(picture_key(pixels) for pixels in self.pictures)

    @cached_property
    def keys(self) -> TokenKeys:
        return token_keys(self.outline.ids, self.is_image, self.digests, self.cells)

    @cached_property
    def is_image(self) -> NDArray[np.bool_]:
        """A flag for each token."""
        return np.equal(self.outline.token_types, IMAGE)


class Shown(NamedTuple):
    """Tokens `start` to `end` of one of the row's pictures."""

    picture: int
    start: int
    end: int


@dataclass(frozen=True, eq=False)
class Span:
    """What a pass adds of a row: from what is known of it up to `end`."""

    row: Row
    known: Known
    end: int

    @property
    def start(self) -> int:
        return self.known.length

    @property
    def ids(self) -> Sequence[int]:
        return self.row.outline.ids[self.start : self.end]

    @property
    def is_image(self) -> NDArray[np.bool_]:
        return self.row.is_image[self.start : self.end]

    def shown(self) -> Iterator[Shown]:
        """Pictures in order, the first and the last perhaps in part."""
        first, last = (int(self.row.is_image[:at].sum()) for at in (self.start, self.end))
        offset = 0
        for picture, count in enumerate(self.row.cells):
            start, end = max(first - offset, 0), min(last - offset, count)
            if start < end:
                yield Shown(picture, start, end)
            offset += count
