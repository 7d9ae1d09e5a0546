"""The facts one by one, each with the place in the report that it comes from."""

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from foveal.agents.facts import Facts
from foveal.schemas.box import Box
from foveal.schemas.pointer import below

Quantity = Literal["count", "size", "confidence", "share"]

QUANTITIES: dict[Quantity, tuple[str, ...]] = {
    "count": (),
    "size": ("size", "mm", "大小", "尺寸", "毫米"),
    "confidence": ("confidence", "score", "置信度"),
    "share": ("coverage", "share", "覆盖率"),
}
"""Words of a name that ask for one and no other."""

_VERDICT = ("verdict", "result", "outcome", "结论")
_ALL = ("all", "total", "总数")
_HOW_MANY = re.compile(r"(number_of_|n_)?(defects?|findings?)(_?counts?)?|counts?|缺陷数?")
_WORST = ("worst", "main", "最严重")
_LARGEST = (*_WORST, "largest", "max", "最大")


class Source(NamedTuple):
    pointer: str
    """JSON Pointer in the report."""

    value: int | float | str | Box
    words: tuple[str, ...] = ()
    """By which a name asks for it and not for another one."""

    quantity: Quantity | None = None
    finding: int | None = None
    """Which one it is said of."""


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def named(sources: Sequence[Source], name: str) -> Sequence[Source]:
    """Those that a name asks for, or all where it asks for none."""
    alike = [_count(source.words, name) for source in sources]
    most = max(alike, default=0)
    return [source for source, count in zip(sources, alike, strict=True) if count == most]


def called(steps: Sequence[str], sources: Sequence[Source]) -> str:
    """What a number is a number of, by the steps that lead to it.

    "defects" alone asks for all of them; within a list, or a group named after a label or a region,
    it asks for fewer.
    """
    *groups, name = steps or ("",)
    words = [word for source in sources if source.quantity == "count" for word in source.words]
    of_some = any(step.isdecimal() or _count(words, step) for step in groups)
    asks_for_all = _HOW_MANY.fullmatch(_plain(name)) and not of_some
    return _ALL[0] if asks_for_all else name


def measured(sources: Sequence[Source], name: str) -> Sequence[Source]:
    """Those of the quantity that a name asks for, or all where it asks for none."""
    asked = {quantity for quantity, words in QUANTITIES.items() if _count(words, name)}
    return [source for source in sources if source.quantity in asked] if asked else sources


def _count(words: Sequence[str], name: str) -> int:
    return sum(_names(word, name) for word in words)


def _names(word: str, name: str) -> bool:
    """As a word of its own, in the plural too; Chinese has no spaces to look for."""
    plain, whole = _plain(word), f"_{_plain(name)}_"
    if not word.isascii():
        return word in name
    return bool(plain) and (f"_{plain}_" in whole or f"_{plain}s_" in whole)


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "_", text.lower()).strip("_")


def sources_of(facts: Facts) -> list[Source]:
    return [*_counts(facts), *_defects(facts), *_rest(facts)]


def _counts(facts: Facts) -> Iterator[Source]:
    yield Source("/facts/count/all", len(facts.defects), _ALL, "count")
    for label, count in facts.by_label.items():
        yield Source(below("/facts/count/label", label), count, (label,), "count")
    for region, count in facts.by_region.items():
        yield Source(below("/facts/count/region", region), count, (region,), "count")


def _defects(facts: Facts) -> Iterator[Source]:
    """The worst first, since a value that several have is most often asked of it."""
    order = sorted(range(len(facts.defects)), key=lambda at: facts.defects[at] is not facts.worst)
    for at in order:
        defect, place = facts.defects[at], f"/findings/{at}"
        is_worst = defect is facts.worst
        worst, largest = (_WORST, _LARGEST) if is_worst else ((), ())
        yield Source(f"{place}/box_px", defect.box, worst, finding=at)
        yield Source(f"{place}/label", defect.label, worst, finding=at)
        if defect.size_mm is not None:
            words = (*QUANTITIES["size"], *largest)
            yield Source(f"{place}/size_mm", defect.size_mm, words, "size", at)
        words = (*QUANTITIES["confidence"], *worst)
        yield Source(f"{place}/confidence", defect.confidence, words, "confidence", at)


def _rest(facts: Facts) -> Iterator[Source]:
    yield Source("/verdict", facts.verdict, _VERDICT)
    yield Source("/coverage/share", facts.coverage, QUANTITIES["share"], "share")
    yield Source("/facts/part", facts.part)
    yield Source("/workflow/name", facts.workflow)
    if facts.date is not None:
        yield Source("/facts/date", facts.date)
