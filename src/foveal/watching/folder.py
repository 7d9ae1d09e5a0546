from collections.abc import Container, Iterator
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from threading import Event
from typing import NamedTuple

from foveal.reading import read_picture
from foveal.records.whole_file import PARTIAL
from foveal.schemas.errors import BadImage, BadSource
from foveal.schemas.image import ImageId
from foveal.watching.source import Candidate, Unreadable

_POLL_S, _SETTLED_POLLS = 0.25, 3
"""A file counts as whole once its size and time stayed the same over so many polls."""

_UNFINISHED = (PARTIAL, ".part", ".tmp", ".crdownload")


class _Stamp(NamedTuple):
    modified_ns: int
    size: int


class Folder:
    """Pictures that lie in a folder or arrive there, in the order in which they were written.

    Each shows a part that was at rest, so each is worth a look, but for one whose pixels are those
    of the picture before. Folders below are left alone.
    """

    is_live = False

    def __init__(self, path: Path, done: Container[str]) -> None:
        self._path = path
        self._done = done
        """Names of frames that need not be looked at again."""

        self.name = str(path)
        self.frames = self.damaged = 0
        self._seen: dict[Path, tuple[_Stamp, int]] = {}
        """With the number of polls since it last changed."""

        self._last: ImageId | None = None
        self._closed = Event()

    def read(self, stop: Event) -> Iterator[Candidate | Unreadable]:
        while not (stop.is_set() or self._closed.is_set()):
            for path in self._whole():
                found = self._read(path)
                if found is not None:
                    yield found
            stop.wait(_POLL_S)

    def close(self) -> None:
        self._closed.set()

    def _whole(self) -> list[Path]:
        """Those that became whole since the last poll."""
        stamps = {}
        try:
            for path in self._path.iterdir():
                if not path.name.startswith(".") and not path.name.endswith(_UNFINISHED):
                    stamp = _stamp(path)
                    if stamp is not None:
                        stamps[path] = stamp
        except OSError as error:
            raise BadSource(
                f"the folder {self.name!r} cannot be read ({error.strerror})", fix="check it"
            ) from error
        known = self._seen
        self._seen = {
            path: (stamp, known[path][1] + 1 if known.get(path, (None,))[0] == stamp else 0)
            for path, stamp in stamps.items()
        }
        whole = [path for path, (_, polls) in self._seen.items() if polls == _SETTLED_POLLS]
        return sorted(whole, key=lambda path: (stamps[path], path.name))

    def _read(self, path: Path) -> Candidate | Unreadable | None:
        self.frames += 1
        taken = datetime.now(UTC)
        try:
            with path.open("rb") as file:
                digest = file_digest(file, "sha256").hexdigest()[:8]
            name = f"{path.name} {digest}"
            if name in self._done:
                return None
            image = read_picture(path, roots=[self._path])
        except (OSError, BadImage) as error:
            return Unreadable(path.name, taken, str(error))
        if image.id == self._last:
            return None
        self._last = image.id
        return Candidate(name, image, taken)


def _stamp(path: Path) -> _Stamp | None:
    """None for what is no file, or is gone again."""
    try:
        status = path.stat()
    except OSError:
        return None
    return _Stamp(status.st_mtime_ns, status.st_size) if path.is_file() else None
