"""The first value of a JSON text that its schema refuses, and what is needed to write it anew.

The text before the value begins the model's next answer, the sub-schema binds it, and the text
after the value follows unread. Pure: no model and no tokens.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from textwrap import shorten
from typing import Any, NamedTuple
from urllib.parse import unquote

from jsonschema_rs import ValidationError, ValidationErrorKind, Validator

from foveal.models.bounds import nodes
from foveal.models.json_text import Step, locate, pointer, read_value
from foveal.models.subschemas import rewritten

MOST_ERRORS = 100
"""Looked at in one text."""

_CONDITIONAL = {"then", "else", "dependentSchemas"}
_CHOOSING = {"anyOf", "oneOf", "not", "if", "contains", "propertyNames"}
"""What they try on a value need not hold for it."""
_IDENTITY = {"$id", "id", "$schema"}
_NAMING = {"properties", "patternProperties", "dependentSchemas", "$defs", "definitions"}


class Rule(NamedTuple):
    """What a JSON Schema says about a text that is there."""

    schema: Mapping[str, Any]
    validator: Validator


class Gap(NamedTuple):
    """A value to write anew."""

    location: str
    """JSON Pointer."""
    reason: str
    before: str
    was: str
    after: str
    schema: Mapping[str, Any]


def first_gap(text: str, rule: Rule, *, start: int = 0) -> Gap | None:
    """In the JSON that begins at `start`: the first failing value with none inside it that fails.

    None where the whole is valid.
    """
    value = read_value(text, start)
    errors = list(islice(rule.validator.iter_errors(value), MOST_ERRORS))
    if not errors:
        return None
    paths = [_place(error, value) for error in errors]
    innermost = [i for i, path in enumerate(paths) if not any(_inside(o, path) for o in paths)]
    first = min(innermost, key=lambda i: locate(text, paths[i], start=start))
    begin, end = locate(text, paths[first], start=start)
    return Gap(
        location=pointer(paths[first]),
        reason=shorten(errors[first].message, 200),
        before=text[:begin],
        was=text[begin:end],
        after=text[end:],
        schema=_schema_of(paths[first], value, rule, error=errors[first]),
    )


def _place(error: ValidationError, value: Any) -> list[Step]:
    """Where to write anew: of equal items the second, and around a value that must not be there."""
    path = list(error.instance_path)
    match error.kind:
        case ValidationErrorKind.UniqueItems():
            return [*path, *_second_of_equals(_at(value, path))]
        case ValidationErrorKind.FalseSchema():
            return path[:-1]
    return path


def _second_of_equals(items: list[Any]) -> list[Step]:
    for index, item in enumerate(items):
        if any(item == earlier and type(item) is type(earlier) for earlier in items[:index]):
            return [index]
    return []


def _inside(path: Sequence[Step], outer: Sequence[Step]) -> bool:
    return len(path) > len(outer) and list(path[: len(outer)]) == list(outer)


def _schema_of(
    path: list[Step], value: Any, rule: Rule, *, error: ValidationError
) -> dict[str, Any]:
    """All that holds at `path` in this very document, with conditions already decided."""
    every = rule.validator.evaluate(value).list()["details"]
    root = every[0]["schemaLocation"]
    units = [unit for unit in every if unit["schemaLocation"].startswith(root)]
    places = list(_holding(pointer(path), units))
    if _CONDITIONAL & set(error.evaluation_path):
        decided = pointer(list(error.evaluation_path)[:-1])
        places += [u["schemaLocation"] for u in units if u["evaluationPath"] == decided]
    parts = [_at(rule.schema, _steps(place, root)) for place in places]
    if isinstance(error.kind, ValidationErrorKind.Required):
        parts.append({"required": [error.kind.property]})
    different = [part for i, part in enumerate(parts) if part not in parts[:i]]
    mappings = [part for part in different if isinstance(part, Mapping)]
    return _standing_alone(mappings, rule.schema, name=root)


def _holding(location: str, units: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Where the outermost schemas are that the value at `location` must satisfy."""
    taken: list[str] = []
    for unit in units:
        place = unit["evaluationPath"]
        here = unit["instanceLocation"] == location
        if here and not _is_tried(place) and not any(_below(place, outer) for outer in taken):
            taken.append(place)
            yield unit["schemaLocation"]


def _below(place: str, outer: str) -> bool:
    return place == outer or place.startswith(outer + "/")


def _is_tried(place: str) -> bool:
    steps = iter(place.split("/")[1:])
    for step in steps:
        if step in _CHOOSING:
            return True
        if step in _NAMING:
            next(steps, None)
    return False


def _steps(place: str, root: str) -> list[Step]:
    """Of a JSON Pointer, which stands in a URI where the schema has one (RFC 6901, section 6)."""
    within = unquote(place.removeprefix(root)) if root else place
    return [step.replace("~1", "/").replace("~0", "~") for step in within.split("/")[1:]]


def _at(value: Any, path: Sequence[Step]) -> Any:
    for step in path:
        value = value[int(step)] if isinstance(value, list | tuple) else value[step]
    return value


def _standing_alone(
    parts: list[Mapping[str, Any]], root: Mapping[str, Any], *, name: str
) -> dict[str, Any]:
    """Their references go on naming parts of the schema they are taken from."""
    moved = [rewritten(part, partial(_moved, name=name)) for part in parts]
    together: dict[str, Any] = moved[0] if len(moved) == 1 else {"allOf": moved} if moved else {}
    together.pop("$defs", None)
    if any("$ref" in node for node in nodes(together)):
        together["$defs"] = {"whole": rewritten(root, partial(_moved, name=name))}
    if "$schema" in root:
        together["$schema"] = root["$schema"]
    return together


def _moved(node: dict[str, Any], *, name: str) -> dict[str, Any]:
    """`name` is the URI of the schema that it is taken from, where it has one."""
    kept = {key: value for key, value in node.items() if key not in _IDENTITY}
    reference = kept.get("$ref")
    local = reference.removeprefix(name.removesuffix("#")) if isinstance(reference, str) else ""
    if local == "#" or local.startswith("#/"):
        kept["$ref"] = "#/$defs/whole" + local[1:]
    return kept
