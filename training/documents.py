"""Documents to practise on: random facts, a random schema, and what is to be written under it."""

from collections.abc import Callable, Iterator, Sequence
from json import dumps
from typing import Any, Final, NamedTuple, TypeVar

from numpy.random import Generator

from foveal.agents.facts import Defect, Facts
from foveal.agents.instructions import YES_NO, Language
from foveal.agents.properties import property_lines
from foveal.training.document_words import (
    ACTIONS,
    ALSO_ALLOWED,
    GROUPS,
    INSTRUCTIONS,
    KEYS,
    OUTCOMES,
    SCOPES,
    WORDS,
)
from foveal.training.told import draw_facts
from foveal.training.wordings import Wording

_MOST_PROPERTIES = 6
_LISTING = 0.3
"""Share of documents that are a list of findings and little else, as most that are asked for."""

_LONGEST = {"en": 420, "zh": 300}
"""Of an answer in characters: lists of several findings must have room, or are never practised."""

_LONGEST_ASKED = {"en": 330, "zh": 160}
"""Of the lines of its properties."""

_BOX: Final = {"type": "array", "items": {"type": "integer"}, "minItems": 4, "maxItems": 4}


_T = TypeVar("_T")


class Document(NamedTuple):
    """What the layers name besides, and the answer."""

    values: dict[str, object]
    schema: dict[str, Any]
    answer: str


class _Property(NamedTuple):
    name: str
    schema: dict[str, Any]
    value: object


class _Scope(NamedTuple):
    """Which findings a list is to hold."""

    words: str
    defects: Sequence[Defect]


class _Draft:
    """One document in the making."""

    def __init__(self, rng: Generator, facts: Facts, language: Language) -> None:
        self.rng, self.facts, self.language = rng, facts, language
        self.label = self.one(self._likely_labels())
        self.region = self.one(list(facts.regions)) if facts.regions else None

    def _likely_labels(self) -> Sequence[str]:
        found = [defect.label for defect in self.facts.defects]
        return found if found and self.rng.random() < 0.6 else self.facts.labels

    def one(self, choices: Sequence[_T]) -> _T:
        return choices[int(self.rng.integers(len(choices)))]

    def property(self, kind: str, schema: dict[str, Any], value: object, **said: str) -> _Property:
        """Named and explained in one of the ways for this kind; a plain name may need no more."""
        words = WORDS[self.language][kind]
        said = {"label": self.label, "region": str(self.region), **said}
        if self.rng.random() < 0.25 and "{good}" not in words.meanings[0]:
            return _Property(_key(words.names[0], said), schema, value)
        meaning = self.one(words.meanings).format(**said)
        return _Property(
            _key(self.one(words.names), said), schema | {"description": meaning}, value
        )


def draw_document(rng: Generator, wording: Wording, facts: Facts | None = None) -> Document:
    """About these facts, or any."""
    while True:
        draft = _Draft(rng, facts or draw_facts(rng, wording), wording.language)
        document = _document(draft)
        if _is_short(document, wording.language):
            return document


def _is_short(document: Document, language: Language) -> bool:
    asked = len(str(document.values["properties"]))
    return len(document.answer) <= _LONGEST[language] and asked <= _LONGEST_ASKED[language]


def _document(draft: _Draft) -> Document:
    instruction = draft.one(INSTRUCTIONS[draft.language])
    scope = _scope(draft)
    if scope.words and draft.rng.random() < 0.3:
        instruction += f" {scope.words}." if draft.language == "en" else f"{scope.words}。"
        scope = scope._replace(words="")
    properties = _grouped(draft, list(_properties(draft, scope)))
    schema = _object(properties)
    answer = {known.name: known.value for known in properties}
    values = {
        "facts": draft.facts,
        "instruction": instruction,
        "properties": property_lines(schema),
    }
    return Document(values, schema, dumps(answer, ensure_ascii=False, separators=(",", ":")))


def _properties(draft: _Draft, scope: _Scope) -> Iterator[_Property]:
    """A few kinds in any order, each name once."""
    kinds = draft.rng.permutation(_kinds(draft.facts))
    if draft.rng.random() < _LISTING:
        kinds = draft.rng.permutation(["findings", *kinds[: draft.rng.integers(3)]])
    else:
        kinds = kinds[: draft.rng.integers(1, _MOST_PROPERTIES + 1)]
    names: set[str] = set()
    for kind in kinds:
        made = _findings(draft, scope) if kind == "findings" else _MAKE[kind](draft)
        if made.name not in names:
            names.add(made.name)
            yield made


def _kinds(facts: Facts) -> list[str]:
    """That these facts can answer; most documents hold the list of findings and a name."""
    kinds = [*_MAKE, "findings", "findings", "part", "workflow"]
    unknown = {
        "date": facts.date is None,
        "in region": not facts.regions,
        "largest": any(defect.size_mm is None for defect in facts.defects),
    }
    return [kind for kind in kinds if not unknown.get(kind)]


def _scope(draft: _Draft) -> _Scope:
    facts, words = draft.facts, SCOPES[draft.language]
    scopes = [_Scope("", facts.defects)] * 3
    of_label = [defect for defect in facts.defects if defect.label == draft.label]
    scopes.append(_Scope(words["label"].format(value=draft.label), of_label))
    if draft.region is not None:
        there = facts.inside(draft.region)
        scopes.append(_Scope(words["region"].format(value=draft.region), there))
    if facts.defects and facts.defects[0].size_mm is not None:
        least = round(float(draft.rng.choice((0.2, 0.3, 0.5, 0.8, 1, 1.5))), 1)
        large = [defect for defect in facts.defects if (defect.size_mm or 0) >= least]
        scopes.append(_Scope(words["size"].format(value=least), large))
    return draft.one(scopes)


def _findings(draft: _Draft, scope: _Scope) -> _Property:
    count = int(draft.rng.integers(1, len(KEYS) + 1))
    fields = [str(name) for name in draft.rng.permutation(list(KEYS))[:count]]
    names = {field: _key_of(draft, field) for field in fields}
    items = _object(
        [_Property(names[field], _field_schema(draft, field), None) for field in fields]
    )
    entries = [
        {names[field]: _field(defect, field) for field in fields} for defect in scope.defects
    ]
    made = draft.property("findings", {"type": "array", "items": items}, entries)
    if not scope.words:
        return made
    said = made.schema.get("description", "")
    described = f"{said}, {scope.words}" if said else scope.words
    return made._replace(schema=made.schema | {"description": described})


def _key_of(draft: _Draft, field: str) -> str:
    names = KEYS[field]
    return draft.one(names if draft.language == "zh" else names[:-1])


def _field(defect: Defect, field: str) -> object:
    value = getattr(defect, field)
    return list(value) if field == "box" else value


def _field_schema(draft: _Draft, field: str) -> dict[str, Any]:
    schemas: dict[str, dict[str, Any]] = {
        "label": draft.one([{"type": "string"}, {"enum": list(draft.facts.labels)}]),
        "box": _BOX,
        "size_mm": {"type": ["number", "null"]},
        "confidence": {"type": "number"},
    }
    return schemas[field]


def _verdict(draft: _Draft) -> _Property:
    said = draft.one(OUTCOMES[draft.language])
    return draft.property("verdict", {"enum": list(said.values())}, said[draft.facts.verdict])


def _action(draft: _Draft) -> _Property:
    said = draft.one(ACTIONS[draft.language])
    also = draft.one([(), (draft.one(ALSO_ALLOWED[draft.language]),)])
    allowed = list(dict.fromkeys([*said.values(), *also]))
    words = {"good": said["pass"], "bad": said["fail"], "unsure": said["review"]}
    return draft.property("action", {"enum": allowed}, said[draft.facts.verdict], **words)


def _total(draft: _Draft) -> _Property:
    return draft.property("total", {"type": "integer"}, len(draft.facts.defects))


def _of_label(draft: _Draft) -> _Property:
    return draft.property("of label", {"type": "integer"}, draft.facts.by_label[draft.label])


def _in_region(draft: _Draft) -> _Property:
    count = draft.facts.by_region[str(draft.region)]
    return draft.property("in region", {"type": "integer"}, count)


def _any(draft: _Draft) -> _Property:
    found = draft.facts.by_label[draft.label] > 0
    if draft.rng.random() < 0.5:
        return draft.property("any", {"type": "boolean"}, found)
    yes, no = YES_NO[draft.language]
    return draft.property("any", {"enum": [yes, no]}, yes if found else no)


def _worst_label(draft: _Draft) -> _Property:
    either: list[dict[str, Any]] = [
        {"enum": [*draft.facts.labels, None]},
        {"type": ["string", "null"]},
    ]
    schema = draft.one(either)
    worst = draft.facts.worst
    return draft.property("worst label", schema, worst and worst.label)


def _worst_box(draft: _Draft) -> _Property:
    worst = draft.facts.worst
    schema = {"anyOf": [_BOX, {"type": "null"}]}
    return draft.property("worst box", schema, worst and list(worst.box))


def _largest(draft: _Draft) -> _Property:
    worst = draft.facts.worst
    return draft.property("largest", {"type": ["number", "null"]}, worst and worst.size_mm)


def _surest(draft: _Draft) -> _Property:
    value = max((defect.confidence for defect in draft.facts.defects), default=None)
    return draft.property("surest", {"type": ["number", "null"]}, value)


def _labels(draft: _Draft) -> _Property:
    found = list(dict.fromkeys(defect.label for defect in draft.facts.defects))
    return draft.property("labels", {"type": "array", "items": {"type": "string"}}, found)


def _summary(draft: _Draft) -> _Property:
    schema = {"type": "string", "maxLength": 160}
    return draft.property("summary", schema, summary(draft.facts, draft.language))


def summary(facts: Facts, language: Language) -> str:
    """One sentence, as it is asked for."""
    counts = {label: count for label, count in facts.by_label.items() if count}
    largest = facts.worst.size_mm if facts.worst else None
    if language == "zh":
        said = "，".join(f"{label} {count} 处" for label, count in counts.items())
        size = "" if largest is None else f"；最大 {largest} 毫米"
        return f"{said}{size}。" if counts else "无缺陷。"
    said = ", ".join(f"{count} {label}" for label, count in counts.items())
    size = "" if largest is None else f"; largest {largest} mm"
    return f"{said}{size}." if counts else "No defects."


def _text(kind: str) -> Callable[[_Draft], _Property]:
    def made(draft: _Draft) -> _Property:
        return draft.property(kind, {"type": "string"}, getattr(draft.facts, kind))

    return made


def _coverage(draft: _Draft) -> _Property:
    return draft.property("coverage", {"type": "number"}, draft.facts.coverage)


_MAKE: Final[dict[str, Callable[[_Draft], _Property]]] = {
    "verdict": _verdict,
    "action": _action,
    "total": _total,
    "of label": _of_label,
    "in region": _in_region,
    "any": _any,
    "worst label": _worst_label,
    "worst box": _worst_box,
    "largest": _largest,
    "surest": _surest,
    "labels": _labels,
    "summary": _summary,
    "part": _text("part"),
    "workflow": _text("workflow"),
    "date": _text("date"),
    "coverage": _coverage,
}


def _grouped(draft: _Draft, properties: list[_Property]) -> list[_Property]:
    """Now and then in objects of their own, one after another."""
    names = draft.one(GROUPS[draft.language])
    if len(properties) < len(names) or draft.rng.random() > 0.2:
        return properties
    size = -(-len(properties) // len(names))
    parts = [properties[start : start + size] for start in range(0, len(properties), size)]
    return [
        _Property(name, _object(part), {known.name: known.value for known in part})
        for name, part in zip(names, parts, strict=False)
    ]


def _object(properties: Sequence[_Property]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {known.name: known.schema for known in properties},
        "required": [known.name for known in properties],
        "additionalProperties": False,
    }


def _key(name: str, said: dict[str, str]) -> str:
    return name.format(**said).replace(" ", "_")
