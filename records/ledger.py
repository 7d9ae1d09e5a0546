import json
from hashlib import sha256
from pathlib import Path
from threading import Lock

from pydantic_core import to_jsonable_python

from foveal.records.whole_file import cannot_write, write_whole


class Ledger:
    """Append-only record of model calls and tool effects, a JSON line each.

    Each line holds the SHA-256 of the line before it without its line feed, the first one null:
    a line changed, taken out or put in between breaks every hash after it.
    """

    def __init__(self, path: Path, opening: str, /, **data: object) -> None:
        """Starts the ledger, in place of an earlier one at `path`."""
        self.path = path
        self._lock = Lock()
        line = _line(opening, data, previous=None)
        write_whole(path, line + b"\n")
        self._head = sha256(line).hexdigest()

    @property
    def head(self) -> str:
        """SHA-256 of the last line: whoever keeps it can tell that no line is missing."""
        return self._head

    def append(self, kind: str, /, **data: object) -> None:
        """`data` is anything pydantic writes as JSON, without NaN and infinities."""
        with self._lock:
            line = _line(kind, data, previous=self._head)
            try:
                with self.path.open("ab") as file:
                    file.write(line + b"\n")
            except OSError as error:
                raise cannot_write(self.path, error) from error
            self._head = sha256(line).hexdigest()


def _line(kind: str, data: dict[str, object], *, previous: str | None) -> bytes:
    record = {"kind": kind, "data": to_jsonable_python(data), "previous": previous}
    text = json.dumps(
        record, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()
