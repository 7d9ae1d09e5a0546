from pathlib import Path
from threading import Lock
from typing import Any, Self

from pydantic_core import to_jsonable_python

from foveal.records.chain import chain_of, sign
from foveal.records.whole_file import cannot_write, write_whole
from foveal.schemas.errors import BadRecord


class Ledger:
    """Append-only record of model calls and tool effects, a line of canonical JSON each (RFC 8785).

    Each record holds the SHA-256 of its own kind, data and predecessor, and that of the record
    before it, the first one null: whatever is changed, taken out, put in or moved breaks the chain.
    """

    def __init__(self, path: Path, *, last: dict[str, Any]) -> None:
        self.path = path
        self._lock = Lock()
        self.last = last

    @classmethod
    def begin(cls, path: Path, opening: str, /, **data: object) -> Self:
        """In place of an earlier one at `path`."""
        signed = sign(opening, data, previous=None)
        write_whole(path, signed.line)
        return cls(path, last=signed.record)

    @classmethod
    def resume(cls, path: Path) -> tuple[Self, list[dict[str, Any]]]:
        """Go on with the ledger at `path`, and its records so far.

        A line that was being written when the process died is cut off. Raises BadRecord where
        anything else does not hold.
        """
        try:
            content = path.read_bytes()
        except OSError as error:
            raise cannot_write(path, error) from error
        whole = content[: content.rfind(b"\n") + 1]
        chain = chain_of(whole)
        if chain.broken is not None or not chain.records:
            number, what = chain.broken or (1, "is missing")
            raise BadRecord(
                f"{str(path)!r}: record {number} {what}", fix="begin anew in another folder"
            )
        if whole != content:
            write_whole(path, whole)
        return cls(path, last=chain.records[-1]), chain.records

    @property
    def head(self) -> str:
        """SHA-256 of the last record: whoever keeps it can tell that none is missing."""
        head: str = self.last["sha256"]
        return head

    def append(self, kind: str, /, **data: object) -> dict[str, Any]:
        """`data` is anything pydantic writes as JSON, without NaN and infinities."""
        with self._lock:
            signed = sign(kind, data, previous=self.head)
            try:
                with self.path.open("ab") as file:
                    file.write(signed.line)
            except OSError as error:
                raise cannot_write(self.path, error) from error
            self.last = signed.record
            return signed.record

    def append_once(self, kind: str, /, **data: object) -> None:
        """Unless it is the last record already."""
        if (self.last["kind"], self.last["data"]) != (kind, to_jsonable_python(data)):
            self.append(kind, **data)
