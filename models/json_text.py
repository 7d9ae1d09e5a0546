"""Where in a JSON text a value stands."""

import json
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from math import isinf
from typing import Any, NamedTuple

from foveal.schemas.errors import BadReply

Step = str | int
"""Name of a property or index of an item."""


def _exact(text: str) -> Decimal:
    with suppress(InvalidOperation):
        number = Decimal(text)
        if not isinf(float(text)):
            return number
    raise BadReply(
        f"the model wrote the number {text[:40]!r}, which readers of JSON cannot hold",
        fix="state in the schema between which limits numbers lie",
    )


_DECODER = json.JSONDecoder(parse_float=_exact)
"""Exact, so that `multipleOf` is decided on the number that was written."""
_BLANKS = " \t\n\r"


class Span(NamedTuple):
    start: int
    end: int


def read_value(text: str, start: int = 0) -> Any:
    value, _ = _DECODER.raw_decode(text, _skip(text, start))
    return value


def locate(text: str, path: Sequence[Step], *, start: int = 0) -> Span:
    """Of the value at `path` in the JSON that begins at `start`; `path` must exist."""
    place = _skip(text, start)
    for step in path:
        place = _child(text, place, step)
    return Span(place, _DECODER.raw_decode(text, place)[1])


def pointer(path: Sequence[Step]) -> str:
    """RFC 6901."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def _child(text: str, place: int, step: Step) -> int:
    """Of properties of one name the last counts, as for Python."""
    found = None
    index: Step = 0
    keyed = text[place] == "{"
    place = _skip(text, place + 1)
    while text[place] not in "}]":
        if keyed:
            index, place = _DECODER.raw_decode(text, place)
            place = _skip(text, _skip(text, place) + 1)
        if index == step:
            found = place
        place = _skip(text, _DECODER.raw_decode(text, place)[1])
        place = _skip(text, place + 1) if text[place] == "," else place
        index = index if isinstance(index, str) else index + 1
    assert found is not None, f"there is no {step!r}"
    return found


def _skip(text: str, place: int) -> int:
    while place < len(text) and text[place] in _BLANKS:
        place += 1
    return place
