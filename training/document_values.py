"""What a document may say of a part as a whole: one property, its schema and its value."""

from collections.abc import Callable
from typing import Any, Final

from foveal.agents.facts import Defect, Facts
from foveal.agents.instructions import YES_NO, Language
from foveal.training.document_draft import BOX, Draft, Property
from foveal.training.document_words import ACTIONS, ALSO_ALLOWED, OUTCOMES, WORDS


def _verdict(draft: Draft) -> Property:
    said = draft.one(OUTCOMES[draft.language])
    return draft.property("verdict", {"enum": list(said.values())}, said[draft.facts.verdict])


def _action(draft: Draft) -> Property:
    said = draft.one(ACTIONS[draft.language])
    also = draft.one([(), (draft.one(ALSO_ALLOWED[draft.language]),)])
    allowed = list(dict.fromkeys([*said.values(), *also]))
    words = {"good": said["pass"], "bad": said["fail"], "unsure": said["review"]}
    return draft.property("action", {"enum": allowed}, said[draft.facts.verdict], **words)


def _total(draft: Draft) -> Property:
    return draft.property("total", {"type": "integer"}, len(draft.facts.defects))


def _of_label(draft: Draft) -> Property:
    return draft.property("of label", {"type": "integer"}, draft.facts.by_label[draft.label])


def _in_region(draft: Draft) -> Property:
    count = draft.facts.by_region[str(draft.region)]
    return draft.property("in region", {"type": "integer"}, count)


def _any(draft: Draft) -> Property:
    found = draft.facts.by_label[draft.label] > 0
    if draft.rng.random() < 0.5:
        return draft.property("any", {"type": "boolean"}, found)
    yes, no = YES_NO[draft.language]
    return draft.property("any", {"enum": [yes, no]}, yes if found else no)


def _worst(draft: Draft) -> Defect | None:
    draft.names_worst = True
    return draft.facts.worst


def _worst_label(draft: Draft) -> Property:
    either: list[dict[str, Any]] = [
        {"enum": [*draft.facts.labels, None]},
        {"type": ["string", "null"]},
    ]
    schema = draft.one(either)
    worst = _worst(draft)
    return draft.property("worst label", schema, worst and worst.label)


def _worst_box(draft: Draft) -> Property:
    worst = _worst(draft)
    schema = {"anyOf": [BOX, {"type": "null"}]}
    return draft.property("worst box", schema, worst and list(worst.box))


def _largest(draft: Draft) -> Property:
    worst = _worst(draft)
    return draft.property("largest", {"type": ["number", "null"]}, worst and worst.size_mm)


def _surest(draft: Draft) -> Property:
    value = max((defect.confidence for defect in draft.facts.defects), default=None)
    return draft.property("surest", {"type": ["number", "null"]}, value)


def _labels(draft: Draft) -> Property:
    found = list(dict.fromkeys(defect.label for defect in draft.facts.defects))
    return draft.property("labels", {"type": "array", "items": {"type": "string"}}, found)


def _summary(draft: Draft) -> Property:
    schema = {"type": "string", "maxLength": 160}
    return draft.property("summary", schema, summary(draft.facts, draft.language))


def _in_the_other_language(draft: Draft) -> Property:
    """The sentence once more, as it is asked for there; labels stay as the facts name them."""
    other: Language = "zh" if draft.language == "en" else "en"
    words = WORDS[other]["summary"]
    schema = {
        "type": "string",
        "description": draft.one(words.meanings),
        "maxLength": draft.one((120, 160)),
    }
    return Property(draft.one(words.names), schema, summary(draft.facts, other))


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


def _text(kind: str) -> Callable[[Draft], Property]:
    def made(draft: Draft) -> Property:
        return draft.property(kind, {"type": "string"}, getattr(draft.facts, kind))

    return made


def _coverage(draft: Draft) -> Property:
    return draft.property("coverage", {"type": "number"}, draft.facts.coverage)


MAKE: Final[dict[str, Callable[[Draft], Property]]] = {
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
    "other summary": _in_the_other_language,
    "part": _text("part"),
    "workflow": _text("workflow"),
    "date": _text("date"),
    "coverage": _coverage,
}
