"""What is watched: something that gives one frame after the other that is worth a look."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import NamedTuple, Protocol

from foveal.tools.gate import Passage
from foveal.tools.image import Image


@dataclass(frozen=True, eq=False)
class Candidate:
    """A frame that is worth a look."""

    frame: str
    """Its name: of no other frame of the source."""

    image: Image
    taken: datetime
    time_s: float | None = None
    """In its video or stream."""

    passage: Passage | None = None
    """None where each picture shows another part."""


class Unreadable(NamedTuple):
    frame: str
    taken: datetime
    error: str


class Source(Protocol):
    name: str
    """Without passwords."""

    is_live: bool
    """Whether frames are lost where no one takes them."""

    frames: int
    """Read so far."""

    damaged: int
    """Pieces that could not be decoded so far."""

    def read(self, stop: Event) -> Iterator[Candidate | Unreadable]:
        """Until it ends or is stopped. Raises BadSource."""

    def close(self) -> None:
        """May be called by another thread than the one that reads, which then comes to its end."""
