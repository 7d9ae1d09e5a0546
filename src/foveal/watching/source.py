"""What is watched: something that gives one frame after the other that is worth a look."""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from threading import Event
from typing import NamedTuple, Protocol

from foveal.schemas.errors import BadSource
from foveal.tools.gate import Passage
from foveal.tools.gate_settings import GateSettings
from foveal.tools.image import Image
from foveal.wording import suggest

_URL = re.compile(r"([a-z][a-z0-9+.-]+)://", re.IGNORECASE)
"""Two letters at least, so that C:// is a drive."""


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


def open_source(source: str, gate: GateSettings, *, done: Container[str]) -> Source:
    """Raises BadSource where it is nothing to watch. A URL may lead anywhere: a person named it.

    Pictures of a folder whose frame is `done` are left out.
    """
    from foveal.tools.video_worker import PROTOCOLS
    from foveal.watching.video import Camera, VideoFile

    url = _URL.match(source)
    if url:
        scheme, known = url[1].lower(), sorted(set(PROTOCOLS) - {"file"})
        if scheme not in known:
            raise BadSource(f"{scheme!r} leads to no camera", fix=suggest(scheme, known))
        _require_av()
        return Camera(source, gate)
    path = Path(source)
    if path.is_dir():
        from foveal.watching.folder import Folder

        return Folder(path, done)
    if not path.is_file():
        raise BadSource(f"there is no {source!r}", fix="name a folder, a video file or a camera")
    _require_av()
    return VideoFile(path, gate)


def _require_av() -> None:
    if find_spec("av") is None:
        raise BadSource(
            "watching videos and cameras needs av, which is not installed",
            fix="pip install 'foveal[watch]'",
        )
