"""What pydantic found wrong with a workflow, as one sentence that a person can act on."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from foveal.schemas.text import BY_LANGUAGE, PLAIN
from foveal.schemas.workflow import Workflow
from foveal.wording import shortened, suggest

Place = Sequence[str | int]

_KEY = "[key]"
"""pydantic's last step to a key of a dictionary that is itself wrong."""

_FORMS = (PLAIN, BY_LANGUAGE)


class Mistake(NamedTuple):
    what: str
    """Empty where it concerns the workflow as a whole."""

    fix: str


def first_mistake(error: ValidationError) -> Mistake:
    """An unknown key comes first: where `labels` is missing, `lables` tells why."""
    errors = error.errors(include_url=False)
    first = min(errors, key=lambda known: known["type"] != "extra_forbidden")
    what, fix = _mistake(first)
    others = len(errors) - 1
    return Mistake(what, f"{fix} ({others} more after this)" if others else fix)


def _mistake(error: ErrorDetails) -> Mistake:
    place = tuple(step for step in error["loc"] if step not in _FORMS)
    *parent, last = place or ("",)
    message = error["msg"].replace("Input should", "it should")
    if error["type"] == "extra_forbidden":
        return Mistake(
            f"unknown key {shortened(last)} {_inside(parent)}", suggest(str(last), _keys(parent))
        )
    if last == _KEY:
        return Mistake(f"unknown key {shortened(parent[-1])} {_inside(parent[:-1])}", message)
    if error["type"] == "missing":
        return Mistake(f"{_place(place)} is missing", "add it")
    if error["type"] == "value_error":
        return Mistake(_place(place), message.removeprefix("Value error, "))
    return Mistake(f"{_place(place)} is {shortened(error['input'])}", message)


def _inside(parent: Place) -> str:
    return f"in {_place(parent)}" if parent else "at top level"


def _place(loc: Place) -> str:
    """labels[2].name"""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in loc)
    return "".join(steps).lstrip(".")


def _keys(parent: Place) -> list[str]:
    """The keys that the workflow's JSON Schema allows at a place."""
    schema = Workflow.model_json_schema()
    node = schema
    for step in parent:
        node = _object(node, schema)
        node = node["items"] if isinstance(step, int) else _property(node, str(step))
    return list(_object(node, schema)["properties"])


def _property(node: Mapping[str, Any], name: str) -> dict[str, Any]:
    known: dict[str, Any] = node.get("properties", {}).get(name) or node["additionalProperties"]
    return known


def _object(node: dict[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Follows a reference, and takes the part of an optional one that is not null."""
    for choice in node.get("anyOf", []):
        if choice.get("type") != "null":
            node = choice
    if "$ref" in node:
        node = schema["$defs"][node["$ref"].removeprefix("#/$defs/")]
    return node
