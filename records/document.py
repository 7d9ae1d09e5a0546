"""A document as its page shows it: JSON, each value linked to the finding that carries it."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from foveal.schemas.pointer import below
from foveal.schemas.report import Report

_FINDING = re.compile(r"^/findings/(\d+)/")
_PART = re.compile(r"\[\d+:\d+\]$")


class Piece(NamedTuple):
    """Some of the text, and what it states."""

    text: str
    source: str | None = None
    """JSON Pointer in the report."""

    finding: int | None = None
    """Number of its card, from 1."""


def pieces_of(report: Report) -> list[Piece]:
    return list(_pieces(report.document, "", _sources(report), indent=0))


def left_out(report: Report) -> list[int]:
    """Numbers, from 1, of findings that no value leads to; none where no value leads to any."""
    cited = {_number(source) for source in report.sources.values()} - {None}
    numbers = range(1, len(report.findings) + 1)
    return [number for number in numbers if cited and number not in cited]


def _sources(report: Report) -> dict[str, str]:
    """Of whole values; a text takes the first of those that it states."""
    sources: dict[str, str] = {}
    for pointer, source in report.sources.items():
        sources.setdefault(_PART.sub("", pointer), source)
    return sources


def _pieces(value: Any, at: str, sources: dict[str, str], *, indent: int) -> Iterator[Piece]:
    if at in sources or not isinstance(value, dict | list) or not value:
        text = json.dumps(value, ensure_ascii=False)
        yield _cited(text, sources[at]) if at in sources else Piece(text)
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for index, (step, part) in enumerate(inside):
        key = f"{json.dumps(step, ensure_ascii=False)}: " if isinstance(step, str) else ""
        yield Piece(f"{',' if index else opening}\n{'  ' * (indent + 1)}{key}")
        yield from _pieces(part, below(at, step), sources, indent=indent + 1)
    yield Piece(f"\n{'  ' * indent}{closing}")


def _cited(text: str, source: str) -> Piece:
    return Piece(text, source, _number(source))


def _number(source: str) -> int | None:
    """Of the finding that a value states, from 1."""
    found = _FINDING.match(source)
    return int(found[1]) + 1 if found else None
