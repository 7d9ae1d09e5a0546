"""Documents to practise on: random facts, a random schema, and what is to be written under it."""

from collections.abc import Iterator, Sequence
from json import dumps
from typing import Any, NamedTuple

from numpy.random import Generator

from foveal.agents.facts import Defect, Facts
from foveal.agents.properties import property_lines
from foveal.training.document_draft import BOX, Draft, Property, as_object, told_of
from foveal.training.document_questions import draw_question
from foveal.training.document_values import MAKE
from foveal.training.document_words import (
    FORMS,
    GROUPS,
    INSTRUCTIONS,
    KEYS,
    SCOPES,
)
from foveal.training.thoughts import citing_thought
from foveal.training.told import draw_facts
from foveal.training.wordings import Wording

_MOST_PROPERTIES = 6
_LISTING = 0.3
"""Share of documents that are a list of findings and little else, as most that are asked for."""

_SHORT = {"en": (560, 330), "zh": (420, 160)}
"""Characters of an answer, in which a list of several findings must have room or is never
practised, and of the lines of its properties."""

_QUESTIONS = 0.35
"""Share of documents that answer what the instruction asks, and nothing else."""


_LONG_FORM = {"en": (900, 760), "zh": (700, 560)}
"""Both, of the forms that ask for much at once, as an 8D report does."""


class Document(NamedTuple):
    """What the layers name besides, and the answer."""

    values: dict[str, object]
    schema: dict[str, Any]
    answer: str
    thought: str
    """Which findings it cites, by their numbers."""


class _Scope(NamedTuple):
    """Which findings a list is to hold."""

    words: str
    defects: Sequence[Defect]


def draw_document(
    rng: Generator, wording: Wording, facts: Facts | None = None, *, long: bool = False
) -> Document:
    """About these facts, or any; a long one is a form of several parts."""
    most = _LONG_FORM[wording.language] if long else _SHORT[wording.language]
    while True:
        draft = Draft(rng, facts or draw_facts(rng, wording), wording.language)
        document = _form(draft) if long else _document(draft)
        if len(document.answer) <= most[0] and len(str(document.values["properties"])) <= most[1]:
            return document


def _form(draft: Draft) -> Document:
    """Values of the part as a whole in one or two objects, and then mostly each finding."""
    single = set(_kinds(draft.facts)) - {"findings"}
    kinds = draft.rng.permutation(sorted(single))[: draft.rng.integers(5, 10)]
    made = [MAKE[kind](draft) for kind in kinds]
    values = list({known.name: known for known in made}.values())
    *names, last = draft.one(FORMS[draft.language])
    parts = _in_parts(values, names)
    if draft.rng.random() < 0.8:
        listed = _findings(draft, _Scope("", draft.facts.defects))
        parts.append(listed._replace(name=last))
    return _told(draft, draft.one(INSTRUCTIONS[draft.language]), parts)


def _document(draft: Draft) -> Document:
    if draft.rng.random() < _QUESTIONS:
        return _told(draft, *draw_question(draft))
    instruction = draft.one(INSTRUCTIONS[draft.language])
    scope = _scope(draft)
    if scope.words and draft.rng.random() < 0.3:
        instruction += f" {scope.words}." if draft.language == "en" else f"{scope.words}。"
        scope = scope._replace(words="")
    return _told(draft, instruction, _grouped(draft, list(_properties(draft, scope))))


def _told(draft: Draft, instruction: str, properties: Sequence[Property]) -> Document:
    schema = as_object(properties)
    answer = {known.name: known.value for known in properties}
    values = {
        "facts": draft.facts,
        "instruction": instruction,
        "properties": property_lines(schema),
    }
    written = dumps(answer, ensure_ascii=False, separators=(",", ":"))
    return Document(values, schema, written, citing_thought(draft))


def _properties(draft: Draft, scope: _Scope) -> Iterator[Property]:
    """A few kinds in any order, each name once."""
    kinds = draft.rng.permutation(_kinds(draft.facts))
    if draft.rng.random() < _LISTING:
        kinds = draft.rng.permutation(["findings", *kinds[: draft.rng.integers(3)]])
    else:
        kinds = kinds[: draft.rng.integers(1, _MOST_PROPERTIES + 1)]
    names: set[str] = set()
    for kind in kinds:
        made = _findings(draft, scope) if kind == "findings" else MAKE[kind](draft)
        if made.name not in names:
            names.add(made.name)
            yield made


def _kinds(facts: Facts) -> list[str]:
    """That these facts can answer; most documents hold the list of findings and a name."""
    kinds = [*MAKE, "findings", "findings", "summary", "part", "workflow"]
    unknown = {
        "date": facts.date is None,
        "in region": not facts.regions,
        "largest": any(defect.size_mm is None for defect in facts.defects),
    }
    return [kind for kind in kinds if not unknown.get(kind)]


def _scope(draft: Draft) -> _Scope:
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


def _findings(draft: Draft, scope: _Scope) -> Property:
    draft.listed = scope.defects
    count = int(draft.rng.integers(1, len(KEYS) + 1))
    fields = [str(name) for name in draft.rng.permutation(list(KEYS))[:count]]
    names = {field: _key_of(draft, field) for field in fields}
    items = as_object(
        [Property(names[field], _field_schema(draft, field), None) for field in fields]
    )
    entries = [
        {names[field]: told_of(defect, field) for field in fields} for defect in scope.defects
    ]
    made = draft.property("findings", {"type": "array", "items": items}, entries)
    if not scope.words:
        return made
    said = made.schema.get("description", "")
    described = f"{said}, {scope.words}" if said else scope.words
    return made._replace(schema=made.schema | {"description": described})


def _key_of(draft: Draft, field: str) -> str:
    names = KEYS[field]
    return draft.one(names if draft.language == "zh" else names[:-1])


def _field_schema(draft: Draft, field: str) -> dict[str, Any]:
    schemas: dict[str, dict[str, Any]] = {
        "label": draft.one([{"type": "string"}, {"enum": list(draft.facts.labels)}]),
        "box": BOX,
        "size_mm": {"type": ["number", "null"]},
        "confidence": {"type": "number"},
    }
    return schemas[field]


def _grouped(draft: Draft, properties: list[Property]) -> list[Property]:
    """Now and then in objects of their own, one after another."""
    names = draft.one(GROUPS[draft.language])
    if len(properties) < len(names) or draft.rng.random() > 0.2:
        return properties
    return _in_parts(properties, names)


def _in_parts(properties: Sequence[Property], names: Sequence[str]) -> list[Property]:
    size = -(-len(properties) // len(names))
    parts = [properties[start : start + size] for start in range(0, len(properties), size)]
    return [
        Property(name, as_object(part), {known.name: known.value for known in part})
        for name, part in zip(names, parts, strict=False)
    ]
