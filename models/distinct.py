"""Lists that hold nothing twice (`uniqueItems`), which llguidance knows in its Lark alone.

What of the alternatives was written is kept in the bits of a rule's parameter
(https://github.com/guidance-ai/llguidance/blob/main/docs/parametric.md). Such lists are bound where
each alternative is one value, and only closed objects, all of whose properties are required, stand
around them.
"""

import json
from collections.abc import Mapping
from typing import Any

from foveal.models.bounds import nodes
from foveal.models.tool_calls import quoted

_MOST = 64
"""Alternatives; a rule's parameter has as many bits."""

_SAID = {"title", "description", "$schema", "$defs", "definitions", "type"}
_OF_LISTS = _SAID | {"items", "uniqueItems", "minItems", "maxItems"}
_OF_OBJECTS = _SAID | {"properties", "required", "additionalProperties"}

Schema = Mapping[str, Any]


def only_values(items: Any) -> list[dict[str, Any]] | None:
    """Schemas of one value each, of which an entry is one; None where it may be something else, or
    one of more than 64.
    """
    if not isinstance(items, Mapping):
        return None
    if "enum" in items and not items.keys() - _SAID - {"enum"}:
        found = [{**items, "enum": [value]} for value in items["enum"]]
    elif "anyOf" in items and not items.keys() - _SAID - {"anyOf"}:
        every = [only_values(part) for part in items["anyOf"]]
        found = [one for part in every for one in part or ()] if None not in every else []
    else:
        found = [] if _value(items) is None else [dict(items)]
    by_value = {_value(one): one for one in found}
    return list(by_value.values()) if 0 < len(by_value) <= _MOST else None


def distinct_grammar(schema: Schema, options: Mapping[str, Any]) -> str | None:
    """In llguidance's dialect of Lark; None where no such list is bound.

    `options` are what llguidance is told beside a JSON Schema.
    """
    references = (node["$ref"] for node in nodes(schema) if isinstance(node.get("$ref"), str))
    if not _holds_list(schema) or not all(known.startswith("#/$defs/") for known in references):
        return None
    rules = _Rules(schema, options)
    rules.add("start", schema)
    return "\n".join(rules.lines)


class _Rules:
    def __init__(self, root: Schema, options: Mapping[str, Any]) -> None:
        shared = {key: root[key] for key in ("$schema", "$defs") if key in root}
        self._beside = {**shared, "x-guidance": options}
        self.lines: list[str] = []

    def add(self, name: str, node: Schema) -> None:
        if _is_distinct(node):
            self._list(name, node)
        elif _holds_list(node):
            self._object(name, node)
        else:
            self.lines.append(f"{name}: %json {json.dumps({**node, **self._beside})}")

    def _object(self, name: str, node: Schema) -> None:
        parts = {f"{name}_{at}": key for at, key in enumerate(node["properties"])}
        body = ' "," '.join(f"{quoted(quoted(key) + ':')} {part}" for part, key in parts.items())
        self.lines.append(f'{name}: "{{" {body} "}}"')
        for part, key in parts.items():
            self.add(part, node["properties"][key])

    def _list(self, name: str, node: Schema) -> None:
        entries, least = only_values(node["items"]) or [], node.get("minItems", 0)
        most = min(node.get("maxItems", _MOST), len(entries))
        whole = f'"[" {name}_entry::0x0 "]"'
        self.lines.append(f"{name}: {whole}" if least else f'{name}: "[]" | {whole}')
        unwritten = " | ".join(
            f"{name}_{at} {name}_more::set_bit({at}) %if bit_clear({at})"
            for at in range(len(entries))
        )
        self.lines.append(f"{name}_entry::_: {unwritten}")
        self.lines.append(
            f'{name}_more::_: "" %if bit_count_ge(_, {least})'
            f' | "," {name}_entry::_ %if bit_count_lt(_, {most})'
        )
        for at, entry in enumerate(entries):
            self.add(f"{name}_{at}", entry)


def _holds_list(node: Any) -> bool:
    """Itself, or in a property."""
    if _is_distinct(node):
        return True
    return _is_closed(node) and any(map(_holds_list, node["properties"].values()))


def _is_distinct(node: Any) -> bool:
    if not isinstance(node, Mapping) or node.get("uniqueItems") is not True:
        return False
    entries = only_values(node.get("items"))
    if entries is None or node.get("type") != "array" or node.keys() - _OF_LISTS:
        return False
    least, most = node.get("minItems", 0), node.get("maxItems", _MOST)
    return bool(least <= min(len(entries), most) and most > 0)


def _is_closed(node: Any) -> bool:
    if not isinstance(node, Mapping) or node.keys() - _OF_OBJECTS:
        return False
    properties = node.get("properties") or {}
    is_object = node.get("type", "object") == "object" and node.get("additionalProperties") is False
    return is_object and set(node.get("required", ())) == set(properties) != set()


def _value(node: Any) -> str | None:
    """As JSON, where it is the only one that the schema allows for."""
    if not isinstance(node, Mapping):
        return None
    if "const" in node and not node.keys() - _SAID - {"const"}:
        return json.dumps(node["const"])
    if "enum" in node and not node.keys() - _SAID - {"enum"}:
        return json.dumps(node["enum"][0]) if len(node["enum"]) == 1 else None
    if not _is_closed(node):
        return None
    values = {name: _value(part) for name, part in node["properties"].items()}
    return None if None in values.values() else json.dumps(values)
