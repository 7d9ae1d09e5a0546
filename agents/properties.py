"""A JSON Schema as short lines that a model reads: name, what may stand there, what it means."""

from collections.abc import Iterator, Mapping
from json import dumps
from typing import Any

Schema = Mapping[str, Any]

_PLAIN_LABELS = ("label", "kind", "type", "标签", "种类")
_PLAIN_NAMES = ("part", "part_name", "workflow", "部件", "流程")


def property_lines(schema: Schema) -> str:
    """One line a property, what an object or a list holds indented below it."""
    return "\n".join(_inside(schema, depth=0))


def is_box(schema: Schema) -> bool:
    """Whether a list of exactly four numbers is asked for."""
    numbers = schema.get("items")
    return (
        schema.get("type") == "array"
        and schema.get("minItems") == schema.get("maxItems") == 4
        and isinstance(numbers, Mapping)
        and numbers.get("type") in ("integer", "number")
    )


def is_plain_label(name: str) -> bool:
    """Whether a property is called a label, and nothing more is said of it."""
    return name.lower() in _PLAIN_LABELS


def is_plain_name(name: str) -> bool:
    """Whether a property is called what the part or the workflow is, and nothing more is said."""
    return name.lower() in _PLAIN_NAMES


def label_and_box(schema: Schema) -> tuple[str, str] | None:
    """Names of the plain label and the only box of an object that is about one finding.

    It then holds values alone, no object or list of entries. A label that its name says more of,
    as `most_frequent_label` does, may be another finding's.
    """
    properties = {name: _of_values(part) for name, part in schema.get("properties", {}).items()}
    boxes = [name for name, part in properties.items() if any(map(is_box, _choices(part)))]
    labels = list(filter(is_plain_label, properties))
    rest = (part for name, part in properties.items() if name not in boxes)
    holds_more = any({"properties", "items"} & set(part) for part in rest)
    if holds_more or len(boxes) != 1 or len(labels) != 1:
        return None
    return labels[0], boxes[0]


def _choices(schema: Schema) -> Iterator[Schema]:
    yield schema
    for key in ("anyOf", "oneOf"):
        yield from map(_of_values, schema.get(key, ()))


def _inside(schema: Schema, *, depth: int) -> Iterator[str]:
    for name, given in schema.get("properties", {}).items():
        asked = _of_values(given)
        yield _line(name, asked, depth=depth)
        held = asked if "properties" in asked else _of_values(asked.get("items"))
        yield from _inside(held, depth=depth + 1)


def _of_values(schema: object) -> Schema:
    """A schema that is no object allows anything, or nothing."""
    return schema if isinstance(schema, Mapping) else {}


def _line(name: str, asked: Schema, *, depth: int) -> str:
    meaning = f": {asked['description']}" if "description" in asked else ""
    return f"{'  ' * depth}- {name} ({_kind(asked)}){meaning}"


def _kind(given: object) -> str:
    asked = _of_values(given)
    if is_box(asked):
        return "box"
    if "const" in asked:
        return _spoken(asked["const"])
    if "enum" in asked:
        return " | ".join(map(_spoken, asked["enum"]))
    if "anyOf" in asked:
        return " | ".join(map(_kind, asked["anyOf"]))
    if asked.get("type") == "array":
        items = _of_values(asked.get("items"))
        return "list" if "properties" in items else f"list of {_kind(items)}"
    kind = asked.get("type", "object" if "properties" in asked else "any")
    return kind if isinstance(kind, str) else " | ".join(kind)


def _spoken(value: object) -> str:
    return value if isinstance(value, str) else dumps(value, ensure_ascii=False)
