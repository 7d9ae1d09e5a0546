import os
import secrets
from pathlib import Path
from threading import Condition
from typing import NamedTuple, Self

from foveal.records.whole_file import cannot_write, write_whole
from foveal.schemas.errors import BadRecord
from foveal.schemas.event import Event

EVENTS, _NAME = "events.jsonl", "events.id"


class Kept(NamedTuple):
    line: bytes
    next: int
    """Where the event after it begins, in bytes."""


class EventLog:
    """Events in order, a line each, on disk before anyone is told: what sinks are sent from.

    An event whose id is there is not added again, so that a video may be watched twice.
    """

    def __init__(self, path: Path, *, name: str, ids: set[str]) -> None:
        self.path = path
        self.name = name
        """Of no other log."""

        self._ids = ids
        self._grown = Condition()

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Goes on with the log in the folder, without a line that was being written at the end.

        Raises BadRecord where another line is no event.
        """
        path = folder / EVENTS
        try:
            content = path.read_bytes() if path.exists() else b""
            whole = content[: content.rfind(b"\n") + 1]
            if whole != content or not content:
                write_whole(path, whole)
            if not (folder / _NAME).exists():
                write_whole(folder / _NAME, f"{secrets.token_hex(16)}\n".encode())
            name = (folder / _NAME).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise cannot_write(path, error) from error
        return cls(path, name=name, ids=_ids(path, whole))

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    def append(self, event: Event) -> bool:
        """Whether it is new. From here on it survives a crash."""
        if event.id in self._ids:
            return False
        try:
            with self.path.open("ab") as file:
                file.write(event.as_line().encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise cannot_write(self.path, error) from error
        self._ids.add(event.id)
        with self._grown:
            self._grown.notify_all()
        return True

    def at(self, offset: int, *, wait_s: float) -> Kept | None:
        """The event that begins there; None where there is none within the time."""
        with self._grown:
            if self.size <= offset:
                self._grown.wait(wait_s)
        with self.path.open("rb") as file:
            file.seek(offset)
            line = file.readline()
        return Kept(line, offset + len(line)) if line.endswith(b"\n") else None

    def left(self, offset: int) -> int:
        """How many events begin there or later."""
        with self.path.open("rb") as file:
            file.seek(offset)
            return sum(1 for _ in file)


def _ids(path: Path, content: bytes) -> set[str]:
    try:
        return {Event.model_validate_json(line).id for line in content.splitlines()}
    except ValueError as error:
        raise BadRecord(
            f"{str(path)!r} holds a line that is no event", fix="watch into another folder"
        ) from error
