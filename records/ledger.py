from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

import rfc8785
from pydantic_core import to_jsonable_python

from foveal.records.whole_file import cannot_write, write_whole


class Ledger:
    """Append-only record of model calls and tool effects, a line of canonical JSON each (RFC 8785).

    Each record holds the SHA-256 of its own kind, data and predecessor, and that of the record
    before it, the first one null: whatever is changed, taken out, put in or moved breaks the chain.
    """

    def __init__(self, path: Path, opening: str, /, **data: object) -> None:
        """Starts the ledger, in place of an earlier one at `path`."""
        self.path = path
        self._lock = Lock()
        record = record_of(opening, data, previous=None)
        write_whole(path, rfc8785.dumps(record) + b"\n")
        self._head: str = record["sha256"]

    @property
    def head(self) -> str:
        """SHA-256 of the last record: whoever keeps it can tell that none is missing."""
        return self._head

    def append(self, kind: str, /, **data: object) -> None:
        """`data` is anything pydantic writes as JSON, without NaN and infinities."""
        with self._lock:
            record = record_of(kind, data, previous=self._head)
            line = rfc8785.dumps(record)
            try:
                with self.path.open("ab") as file:
                    file.write(line + b"\n")
            except OSError as error:
                raise cannot_write(self.path, error) from error
            self._head = record["sha256"]


def record_of(kind: str, data: dict[str, object], *, previous: str | None) -> dict[str, Any]:
    """Raises ValueError for what canonical JSON cannot hold."""
    record = {"data": to_jsonable_python(data), "kind": kind, "previous": previous}
    return {**record, "sha256": sha256(rfc8785.dumps(record)).hexdigest()}
