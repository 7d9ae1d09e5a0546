import json
from hashlib import sha256
from pathlib import Path
from typing import Self

from foveal.records.whole_file import cannot_write, write_whole
from foveal.schemas.errors import BadRecord

_FOLDER = "sinks"


class Sent:
    """How much of an event log a sink has had, on disk. What follows waits for it there."""

    def __init__(self, path: Path, *, sink: str, offset: int) -> None:
        self._path = path
        self.sink = sink
        self.offset = offset
        """Where the first event begins that it has not had, in bytes."""

    @classmethod
    def open(cls, folder: Path, url: str, *, sink: str, begins: int) -> Self:
        """A sink that is new gets what comes after `begins`.

        Its URL may hold a password: the hash of it is kept, and the name `sink`.
        """
        path = folder / _FOLDER / f"{sha256(url.encode()).hexdigest()[:16]}.json"
        try:
            path.parent.mkdir(exist_ok=True)
            if path.exists():
                begins = json.loads(path.read_bytes())["offset"]
        except OSError as error:
            raise cannot_write(path, error) from error
        except (ValueError, KeyError, TypeError) as error:
            raise BadRecord(
                f"{str(path)!r} does not say what was sent",
                fix="take it away, and the sink gets what comes from now on",
            ) from error
        sent = cls(path, sink=sink, offset=begins)
        sent.advance(begins)
        return sent

    def advance(self, offset: int) -> None:
        self.offset = offset
        told = {"sink": self.sink, "offset": offset}
        write_whole(self._path, json.dumps(told).encode() + b"\n")
