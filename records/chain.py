"""Records that hold one another, and whether they are as they were written."""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, NamedTuple

import rfc8785
from pydantic_core import to_jsonable_python


class Broken(NamedTuple):
    """The first record that does not hold; 1 is the first line."""

    record: int
    what: str


class Signed(NamedTuple):
    record: dict[str, Any]
    line: bytes
    """Of the ledger, canonical JSON."""


class Chain(NamedTuple):
    records: list[dict[str, Any]]
    """Those that hold, from the first on."""

    broken: Broken | None

    @property
    def head(self) -> str | None:
        return self.records[-1]["sha256"] if self.records else None


def sign(kind: str, data: dict[str, object], *, previous: str | None) -> Signed:
    """Raises ValueError for what canonical JSON cannot hold."""
    own = {"data": to_jsonable_python(data), "kind": kind, "previous": previous}
    told = rfc8785.dumps(own)
    digest = sha256(told).hexdigest()
    # By name the hash comes last, so that what it signs need not be written anew.
    return Signed({**own, "sha256": digest}, b'%b,"sha256":"%b"}\n' % (told[:-1], digest.encode()))


def chain_of(content: bytes, *, head: str | None = None) -> Chain:
    """Up to the first record that does not hold, or that is missing by `head`, kept elsewhere."""
    records: list[dict[str, Any]] = []
    for number, line in enumerate(_lines(content), start=1):
        record = _record(line)
        if record is None:
            return Chain(records, Broken(number, "was changed or cut"))
        if record["previous"] != Chain(records, None).head:
            after = f"record {number - 1}" if records else "nothing"
            return Chain(records, Broken(number, f"was not written after {after}"))
        records.append(record)
    chain = Chain(records, None)
    if head is not None and head != chain.head:
        return chain._replace(broken=Broken(len(records) + 1, "is missing"))
    return chain


def _lines(content: bytes) -> Iterator[bytes]:
    """Each with its line feed, which the last one lacks where the file was cut."""
    lines = content.split(b"\n")
    yield from (line + b"\n" for line in lines[:-1])
    if lines[-1] or not content:
        yield lines[-1]


def _record(line: bytes) -> dict[str, Any] | None:
    """None unless it is, byte for byte, what the ledger wrote."""
    try:
        record = json.loads(line)
        signed = sign(record["kind"], record["data"], previous=record["previous"])
        return record if signed.line == line else None
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
