"""Documents that answer one question, which the instruction puts under plain property names."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from foveal.agents.instructions import YES_NO
from foveal.training.document_draft import BOX, Draft, Property, as_object, told_of
from foveal.training.document_words import OUTCOMES, QUESTIONS, VALUES
from foveal.training.told import in_english

_FIELDS = ("label", "box", "size_mm")

_EXPLAINED = 0.5
"""Share of questions whose properties also say what they are."""


class Question(NamedTuple):
    instruction: str
    properties: list[Property]


def draw_question(draft: Draft) -> Question:
    """One that these facts can answer."""
    kinds = [kind for kind in _ASK if kind != "by region" or draft.facts.regions]
    kind = draft.one(kinds)
    words = QUESTIONS[draft.language][kind]
    instruction = draft.one(words).format(label=draft.label)
    explained = draft.rng.random() < _EXPLAINED
    return Question(instruction, _ASK[kind](_Form(draft, explained=explained)))


class _Form:
    """Makes the properties of one question, all of them explained or none."""

    def __init__(self, draft: Draft, *, explained: bool) -> None:
        self.draft, self.facts = draft, draft.facts
        self._explained = explained

    def value(
        self, kind: str, schema: dict[str, Any], value: object, *, name: str = "", **said: str
    ) -> Property:
        words = VALUES[self.draft.language][kind]
        if self._explained:
            meaning = self.draft.one(words.meanings).format(**said)
            schema = schema | {"description": meaning}
        return Property(name or self.draft.one(words.names), schema, value)

    def listed(self) -> Property:
        self.draft.listed = self.facts.defects
        schemas, fields = self._schemas(optional=False), self._some_fields()
        shape = [self.value(field, schemas[field], None) for field in fields]
        entries = [
            {part.name: told_of(defect, field) for part, field in zip(shape, fields, strict=True)}
            for defect in self.facts.defects
        ]
        return self.value("list", {"type": "array", "items": as_object(shape)}, entries)

    def _some_fields(self) -> list[str]:
        """At least two, mostly label and box."""
        if self.draft.rng.random() < 0.6:
            return list(_FIELDS[:2])
        count = int(self.draft.rng.integers(2, len(_FIELDS) + 1))
        return [str(field) for field in self.draft.rng.permutation(_FIELDS)[:count]]

    def _schemas(self, *, optional: bool) -> dict[str, dict[str, Any]]:
        """Of the fields; label and box may be null where they are `optional`."""
        none = [None] if optional else []
        return {
            "label": {"enum": [*self.facts.labels, *none]},
            "box": {"anyOf": [BOX, {"type": "null"}]} if optional else BOX,
            "size_mm": {"type": ["number", "null"]},
        }

    def worst(self) -> list[Property]:
        """Null where there is none, unless the schema does not allow for it."""
        self.draft.names_worst = True
        worst = self.facts.worst
        optional = worst is None or self.draft.rng.random() < 0.4
        schemas, fields = self._schemas(optional=optional), self._some_fields()
        return [
            self.value(field, schemas[field], worst and told_of(worst, field)) for field in fields
        ]


def _listing(form: _Form) -> list[Property]:
    return [form.listed()]


def _whole(form: _Form) -> list[Property]:
    """Verdict, count and list, in any order."""
    facts, outcomes = form.facts, form.draft.one(OUTCOMES[form.draft.language])
    verdict = form.value("verdict", {"enum": list(outcomes.values())}, outcomes[facts.verdict])
    count = form.value("count", {"type": "integer"}, len(facts.defects))
    parts = [verdict, count, form.listed()]
    if form.draft.rng.random() < 0.6:
        return parts
    return [parts[at] for at in form.draft.rng.permutation(len(parts))]


def _by_region(form: _Form) -> list[Property]:
    """Property names may be English in any language."""
    whole = {"type": "integer"}
    in_its_own = form.draft.rng.random() < 0.5
    names = {known: known if in_its_own else in_english(known) for known in form.facts.regions}
    return [
        form.value("in region", whole, count, name=_plain(names[region]), region=region)
        for region, count in form.facts.by_region.items()
    ]


def _by_label(form: _Form) -> list[Property]:
    return [
        form.value("of label", {"type": "integer"}, count, name=_plain(label), label=label)
        for label, count in form.facts.by_label.items()
    ]


def _any(form: _Form) -> list[Property]:
    """Of one label, answered by yes and no in either language, or by a truth value."""
    found = form.facts.by_label[form.draft.label] > 0
    yes, no = form.draft.one((YES_NO[form.draft.language], YES_NO["en"]))
    either: list[tuple[dict[str, Any], object]] = [
        ({"enum": [yes, no]}, yes if found else no),
        ({"type": "boolean"}, found),
    ]
    return [form.value("any", *form.draft.one(either))]


def _plain(name: str) -> str:
    return name.replace(" ", "_")


_ASK: Final[dict[str, Callable[[_Form], list[Property]]]] = {
    "list": _listing,
    "whole": _whole,
    "worst": _Form.worst,
    "by region": _by_region,
    "by label": _by_label,
    "any": _any,
}
