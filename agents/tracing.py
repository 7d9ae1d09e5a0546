"""Every number and box of a document, back to the fact that carries it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from json import dumps
from typing import Any, NamedTuple, get_args

from foveal.agents.facts import Facts
from foveal.agents.properties import is_plain_label, is_plain_name
from foveal.agents.sources import called, is_number, named, sources_of
from foveal.schemas.box import Box
from foveal.schemas.pointer import below, steps_of
from foveal.schemas.verdict import Verdict

_NUMBER = re.compile(r"(?<!\S)-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_BOX = re.compile(r"\[\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*\]")

_UNITS = ("mm", "毫米")

SCHEMA = "/workflow/sha256"
"""Where a constant comes from that the schema itself prescribes."""


class Traced(NamedTuple):
    sources: dict[str, str]
    """JSON Pointer in the document → JSON Pointer in the report."""

    untold: list[str]
    """Places whose values no fact carries, with what stands there."""


def traced(document: Any, facts: Facts, *, constants: Sequence[Any] = ()) -> Traced:
    """`constants` are values that the schema prescribes. Numbers in words are not looked at."""
    tracing = _Tracing(facts, constants)
    tracing.value(document, "")
    return Traced(tracing.sources, tracing.untold)


def constants_of(schema: Any) -> list[Any]:
    """What the schema's `const` says, and the texts of its `enum`."""
    return list(_constants(schema))


def _constants(node: Any) -> Iterator[Any]:
    if isinstance(node, Mapping):
        if "const" in node:
            yield node["const"]
        yield from (value for value in node.get("enum", ()) if isinstance(value, str))
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            yield from _constants(part)


class _Tracing:
    def __init__(self, facts: Facts, constants: Sequence[Any]) -> None:
        self._known = sources_of(facts)
        self._constants = constants
        self._labels = frozenset(facts.labels)
        names = [facts.part, facts.workflow, facts.date or "", *facts.labels, *facts.regions]
        self._names = [name for name in names if re.search(r"\d", name) and not name.isdecimal()]
        self.sources: dict[str, str] = {}
        self.untold: list[str] = []

    def value(self, value: Any, at: str, *, finding: int | None = None) -> None:
        """`finding` is the one that an entry of a list is about."""
        if isinstance(value, dict):
            about = finding if finding is not None else self._beside_box(value)
            for name, part in value.items():
                own = about if is_plain_label(name) and self._is_label(part) else finding
                self.value(part, below(at, name), finding=own)
        elif isinstance(value, list):
            self._list(value, at, finding)
        elif isinstance(value, str):
            self._text(value, at, finding)
        elif is_number(value) and value in self._constants:
            self.sources[at] = SCHEMA
        elif is_number(value):
            self._fact(value, at, finding, name=called(steps_of(at), self._known))

    def _is_label(self, value: Any) -> bool:
        return isinstance(value, str) and value in self._labels

    def _list(self, value: list[Any], at: str, finding: int | None) -> None:
        if _is_box(value):
            self._fact(value, at, finding)
            return
        for index, part in enumerate(value):
            about = self._finding(part)
            if about is not None and part in value[:index]:
                self.untold.append(f"{below(at, index)}: the same finding once more")
            self.value(part, below(at, index), finding=about)

    def _beside_box(self, value: dict[str, Any]) -> int | None:
        """Which finding a plain label is that of, where it stands beside a box and no more."""
        parts = value.values()
        boxes = sum(map(_is_box, parts))
        holds_more = any(isinstance(part, dict | list) and not _is_box(part) for part in parts)
        return None if holds_more or boxes != 1 else self._finding(value)

    def _finding(self, entry: Any) -> int | None:
        """Which one an entry's box is that of."""
        if not isinstance(entry, dict):
            return None
        boxes = filter(_is_box, entry.values())
        cited = (known for box in boxes for known in self._known if _same(known.value, box))
        return next((known.finding for known in cited), None)

    def _text(self, text: str, at: str, finding: int | None) -> None:
        if self._is_label(text) or any(_same(known.value, text) for known in self._known):
            self._fact(text, at, finding)
            return
        if text.lower() in get_args(Verdict):
            self._fact(text, at, finding)
        if text in self._constants:
            return
        if is_plain_name(steps_of(at)[-1] if at else ""):
            self.untold.append(f"{at}: {_spoken(text)}, which no name told says")
            return
        rest = self._without_names(text)
        for found in _BOX.finditer(rest):
            self._part([int(side) for side in found.groups()], at, found, finding)
        rest = _BOX.sub(_blank, rest)
        for found in _NUMBER.finditer(rest):
            self._part(float(found.group()), at, found, finding)

    def _part(self, value: object, at: str, found: re.Match[str], finding: int | None) -> None:
        """What stands beside a number says what it is a number of."""
        place = f"{at}[{found.start()}:{found.end()}]"
        self._fact(value, place, finding, name=self._beside(found))

    def _beside(self, found: re.Match[str]) -> str:
        before, after = (found.string[: found.start()], found.string[found.end() :])
        words = sorted((*self._labels, *_UNITS), key=len, reverse=True)
        follows = (word for word in words if after.lstrip().startswith(word))
        leads = (word for word in words if before.rstrip().endswith(word))
        return next(follows, None) or next(leads, "")

    def _without_names(self, text: str) -> str:
        """A date or the name of a part holds digits that state no number."""
        for name in sorted(self._names, key=len, reverse=True):
            text = re.sub(rf"(?<![\d.]){re.escape(name)}(?!\.?\d)", _blank, text)
        return text

    def _fact(self, value: object, at: str, finding: int | None, *, name: str = "") -> None:
        """`name` is what the value is called, by default the last step of its place."""
        alike = [known for known in self._known if _kind(known.value) == _kind(value)]
        of_finding = [known for known in alike if finding in (None, known.finding)]
        asked = named(of_finding, name or " ".join(steps_of(at)[-1:]))
        source = next((known.pointer for known in asked if _same(known.value, value)), None)
        if source is not None:
            self.sources[at] = source
        elif not isinstance(value, str) or len(asked) < len(alike):
            self.untold.append(f"{at or '/'}: {_spoken(value)}, which no fact of that name says")


def _is_box(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 4 and all(map(is_number, value))


def _kind(value: object) -> str:
    return "text" if isinstance(value, str) else "number" if is_number(value) else "box"


def _same(known: object, value: object) -> bool:
    if isinstance(known, str) and isinstance(value, str):
        return known == value or (known in get_args(Verdict) and known == value.lower())
    return (list(known) if isinstance(known, Box) else known) == value


def _spoken(value: object) -> str:
    whole = isinstance(value, float) and value.is_integer()
    return dumps(int(value) if whole else value, ensure_ascii=False)  # type: ignore[call-overload]  # a whole float is a number


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())
