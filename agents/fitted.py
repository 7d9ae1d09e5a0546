"""The user's schema narrowed to the facts: no other number, box or label can then be written.

Which of the facts answers is left to the model.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from jsonschema_rs import validator_for

from foveal.agents.facts import Defect, Facts
from foveal.agents.properties import Schema, is_box, is_plain_label, is_plain_name, label_and_box
from foveal.agents.sources import Source, is_number, measured, sources_of
from foveal.models.distinct import only_values

_OTHER_LABELS = re.compile(r".*[\W_]label", re.IGNORECASE)
"""Besides plain ones, properties that hold a label though their schema takes any text."""

_LONGEST_TEXT = 160
_FEWEST_ITEMS = 8
_MOST_ENTRIES = 100
"""Above this findings are not told apart in the grammar; they still are when traced."""

NOTHING: dict[str, Any] = {"not": {}}
"""What no value satisfies."""


def fitted(schema: Schema, facts: Facts) -> dict[str, Any] | None:
    """Expects no references. None where no document under the schema keeps to the facts."""
    narrowed = _Fitting(schema, facts, sources_of(facts)).fit(schema)
    return None if narrowed == NOTHING else narrowed


class _Fitting:
    def __init__(self, root: Schema, facts: Facts, sources: Sequence[Source]) -> None:
        self._dialect = {key: root[key] for key in ("$schema",) if key in root}
        self._facts, self._sources = facts, sources

    def fit(self, node: Any, *, name: str = "") -> Any:
        """`name` is that of the property which the node describes."""
        if not isinstance(node, Mapping) or "const" in node:
            return node
        if is_box(node):
            return _one_of([list(defect.box) for defect in self._facts.defects])
        if "enum" in node:
            return _one_of([value for value in node["enum"] if self._is_said(value)])
        types = _types(node)
        if types & {"number", "integer"}:
            return self._number(node, types, name)
        if "string" in types:
            return self._text(node, types, name)
        return self._whole(node, name)

    def _is_said(self, value: object) -> bool:
        return not is_number(value) or any(known.value == value for known in self._sources)

    def _number(self, node: Schema, types: set[str], name: str) -> dict[str, Any]:
        """Of the quantity that the name asks for; a whole number is a count, nothing else."""
        limits = {key: value for key, value in node.items() if key != "description"}
        allowed = validator_for(self._dialect | limits, offline=True)
        known = measured([one for one in self._sources if one.quantity], name)
        values = [one.value for one in known if "number" in types or one.quantity == "count"]
        values = [value for value in values if allowed.is_valid(value)]
        others = types - {"number", "integer"}
        if others <= {"null"}:
            return _one_of([*values, *([None] if others else [])])
        beside = self.fit({**node, "type": sorted(others)})
        return _any_of([_one_of(values), beside])

    def _text(self, node: Schema, types: set[str], name: str) -> dict[str, Any]:
        none = [None] if "null" in types else []
        if types <= {"string", "null"} and "pattern" not in node:
            if node.get("format") == "date":
                date = self._facts.date
                return _one_of([*([] if date is None else [date]), *none])
            if is_plain_label(name) or _OTHER_LABELS.fullmatch(name):
                return _one_of([*self._facts.labels, *none])
            if is_plain_name(name):
                return _one_of([self._facts.part, self._facts.workflow, *none])
        if "pattern" in node or "format" in node:
            return dict(node)
        return {"maxLength": max(_LONGEST_TEXT, node.get("minLength", 0)), **node}

    def _whole(self, node: Schema, name: str, *, is_entry: bool = False) -> dict[str, Any]:
        """An object, a list, or a choice between schemas; what an entry says is tied elsewhere."""
        narrowed = dict(node)
        for key in ("anyOf", "oneOf"):
            if key in node:
                parts = [self.fit(part, name=name) for part in node[key]]
                narrowed[key] = [part for part in parts if part != NOTHING]
                if not narrowed[key]:
                    return NOTHING
        if "allOf" in node:
            narrowed["allOf"] = [self.fit(part, name=name) for part in node["allOf"]]
            if NOTHING in narrowed["allOf"]:
                return NOTHING
        if "properties" in node:
            narrowed = self._object(narrowed)
            names = None if is_entry else label_and_box(node)
            narrowed = narrowed if names is None else self._of_one_finding(narrowed, names)
        return (
            self._list(narrowed) if "items" in narrowed or _types(node) == {"array"} else narrowed
        )

    def _object(self, node: dict[str, Any]) -> dict[str, Any]:
        parts = {name: self.fit(part, name=name) for name, part in node["properties"].items()}
        required = node.get("required", [])
        if any(parts.get(name) == NOTHING for name in required):
            return _without("object", node)
        kept = {name: part for name, part in parts.items() if part != NOTHING}
        more = node.get("additionalProperties")
        return {
            **node,
            "properties": kept,
            "additionalProperties": self.fit(more) if isinstance(more, Mapping) else False,
        }

    def _of_one_finding(self, node: dict[str, Any], names: tuple[str, str]) -> dict[str, Any]:
        """A label beside a box is that of the finding which lies there, or there is neither."""
        parts, defects = node.get("properties", {}), self._facts.defects
        if not set(names) <= set(parts) or len(defects) > _MOST_ENTRIES:
            return node
        label, box = (validator_for(parts[name], offline=True) for name in names)
        told = [
            _saying(node, names, (defect.label, list(defect.box)))
            for defect in defects
            if label.is_valid(defect.label) and box.is_valid(list(defect.box))
        ]
        if not told:
            return node
        neither = label.is_valid(None) and box.is_valid(None)
        return _any_of([*told, *([_saying(node, names, (None, None))] if neither else [])])

    def _list(self, node: dict[str, Any]) -> dict[str, Any]:
        items = self._items(node["items"]) if "items" in node else {}
        least = node.get("minItems", 0)
        if items == NOTHING:
            empty = {key: value for key, value in node.items() if key != "items"}
            return _without("array", node) if least else {**empty, "maxItems": 0}
        cited = only_values(items) if _box_names(node.get("items")) else None
        if cited is not None:  # each finding once, as is held against a list when it is traced
            whole = {**node, "items": items, "uniqueItems": True}
            return whole if least <= len(cited) else _without("array", node)
        most = max(_FEWEST_ITEMS, len(self._facts.defects), least)
        return {"maxItems": most, **node, "items": items}

    def _items(self, items: Any) -> Any:
        """Entries that hold a box are each about one finding: what else they say is said of it."""
        boxes = _box_names(items)
        if not boxes or len(self._facts.defects) > _MOST_ENTRIES:
            return self.fit(items)
        narrowed = self._whole(items, "", is_entry=True)
        if narrowed == NOTHING:
            return NOTHING
        entries = (self._entry(narrowed, defect, boxes) for defect in self._facts.defects)
        return _any_of([entry for entry in entries if entry != NOTHING])

    def _entry(self, items: dict[str, Any], defect: Defect, boxes: Sequence[str]) -> dict[str, Any]:
        properties = dict(items["properties"])
        for name, part in properties.items():
            if name in boxes:
                properties[name] = _one_of([list(defect.box)])
            elif "enum" in part:
                properties[name] = _one_of(self._of_defect(part["enum"], defect))
        if any(properties.get(name) == NOTHING for name in items.get("required", [])):
            return NOTHING
        return {**items, "properties": properties}

    def _of_defect(self, values: Sequence[Any], defect: Defect) -> list[Any]:
        own = (defect.label, defect.size_mm, defect.confidence)
        others = [value for value in values if value in self._facts.labels or is_number(value)]
        kept = [value for value in values if value not in others or value in own]
        return [value for value in kept if value is not None or defect.size_mm is None] or kept


def _saying(node: dict[str, Any], names: Sequence[str], values: Sequence[Any]) -> dict[str, Any]:
    """An object with these values."""
    fixed = {name: _one_of([value]) for name, value in zip(names, values, strict=True)}
    return {**node, "properties": {**node["properties"], **fixed}}


def _box_names(items: Any) -> list[str]:
    properties = items.get("properties", {}) if isinstance(items, Mapping) else {}
    return [name for name, part in properties.items() if is_box(part)]


def _types(node: Schema) -> set[str]:
    types = node.get("type", [])
    return {types} if isinstance(types, str) else set(types)


def _one_of(values: Sequence[Any]) -> dict[str, Any]:
    distinct = [value for at, value in enumerate(values) if value not in values[:at]]
    return {"enum": distinct} if distinct else NOTHING


def _any_of(schemas: Sequence[dict[str, Any]]) -> dict[str, Any]:
    possible = [schema for schema in schemas if schema != NOTHING]
    if not possible:
        return NOTHING
    return possible[0] if len(possible) == 1 else {"anyOf": possible}


def _without(kind: str, node: Schema) -> dict[str, Any]:
    """What is left where a value of this kind cannot be given."""
    others = sorted(_types(node) - {kind})
    return {"type": others} if others else NOTHING
