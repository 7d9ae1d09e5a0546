import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import jsonschema
import pytest

from foveal.models.bounds import (
    LONGEST_EMAIL,
    LONGEST_NAME,
    LONGEST_STRING,
    MOST_ITEMS,
    bounded,
)
from foveal.models.protocol import Grammar, JsonSchema

Takes = Callable[[Grammar, str], bool]

INTEGER = {"type": "integer"}
LISTED = {"type": "object", "properties": {"a": INTEGER}}

Case = tuple[dict[str, Any], object, object]
CASES: dict[str, Case] = {
    "string": ({"type": "string"}, "x" * LONGEST_STRING, "x" * (LONGEST_STRING + 1)),
    "array": ({"type": "array", "items": INTEGER}, [0] * MOST_ITEMS, [0] * (MOST_ITEMS + 1)),
    "array of anything": ({"type": "array"}, [1, "a", None, [2]], [0] * (MOST_ITEMS + 1)),
    "name": ({"type": "object"}, {"n" * LONGEST_NAME: 1}, {"n" * (LONGEST_NAME + 1): 1}),
    "listed": (LISTED, {"a": 1}, {"a": 1, "b": 2}),
    "required": ({"type": "object", "required": ["z"]}, {"z": 1, "y": 2}, {"y": 2}),
    "integer": (INTEGER, 10**15, 10**15 + 1),
    "number": ({"type": "number"}, 0.000001, 0.0000001),
    "above": ({"type": "integer", "minimum": 10**16}, 10**16, 10**16 + 10),
    "anything": ({}, {"a": [{"b": 1}]}, [[[[1]]]]),
    "inside": ({"anyOf": [{"type": "string"}]}, "x", "x" * (LONGEST_STRING + 1)),
    "nullable": ({"type": ["string", "null"]}, None, "x" * (LONGEST_STRING + 1)),
    "pattern": ({"type": "string", "pattern": "^a+$"}, "a" * 9, "a" * (LONGEST_STRING + 1)),
    "no type": ({"minLength": 1}, "x", "x" * (LONGEST_STRING + 1)),
    "no type, a number": ({"minLength": 1}, 10**15, 10**15 + 1),
    "no type, an array": ({"minLength": 1}, [1], [0] * (MOST_ITEMS + 1)),
    "email": ({"type": "string", "format": "email"}, "a@b.de", "a" * LONGEST_EMAIL + "@b.de"),
}


@pytest.mark.parametrize(("schema", "within", "beyond"), CASES.values(), ids=CASES)
def test_what_a_schema_leaves_open_is_bounded(
    takes: Takes, schema: dict[str, Any], within: object, beyond: object
) -> None:
    within, beyond = (_compact(value) for value in (within, beyond))
    assert takes(JsonSchema(schema), within)
    assert not takes(JsonSchema(schema), beyond)


STATED: dict[str, tuple[dict[str, Any], object]] = {
    "longer": ({"type": "string", "maxLength": 600}, "x" * 600),
    "at least longer": ({"type": "string", "minLength": 600}, "x" * 900),
    "longer by pattern": ({"type": "string", "pattern": "^a{600}$"}, "a" * 600),
    "more": ({"type": "array", "items": INTEGER, "minItems": 70}, [1] * 100),
    "finer": ({"type": "number", "minimum": 1e-9}, 0.123456789),
    "open": ({**LISTED, "additionalProperties": INTEGER}, {"a": 1, "b": 2}),
    "composed": ({"allOf": [LISTED, {"properties": {"b": INTEGER}}]}, {"a": 1, "b": 2}),
}


@pytest.mark.parametrize(("schema", "value"), STATED.values(), ids=STATED)
def test_what_a_schema_states_is_not_narrowed(
    takes: Takes, schema: dict[str, Any], value: object
) -> None:
    assert takes(JsonSchema(schema), _compact(value))


@pytest.mark.parametrize("kind", ["integer", "number"])
def test_an_exclusive_limit_of_draft_4_is_one(takes: Takes, kind: str) -> None:
    draft = {"$schema": "http://json-schema.org/draft-04/schema#"}
    schema = {**draft, "type": kind, "minimum": 3, "exclusiveMinimum": True}
    assert takes(JsonSchema(schema), "4")
    assert not takes(JsonSchema(schema), "3")


def test_the_validator_knows_no_bounds() -> None:
    jsonschema.validate("x" * 9_999, {"type": "string"})


@pytest.mark.parametrize("schema", [schema for schema, *_ in CASES.values()], ids=CASES)
def test_bounds_change_nothing_that_was_given(schema: dict[str, Any]) -> None:
    before = deepcopy(schema)
    assert bounded(schema) != before
    assert schema == before


def _compact(value: object) -> str:
    """No exponents, which bounded numbers do without."""
    small = {0.000001: "0.000001", 0.0000001: "0.0000001"}
    return (isinstance(value, float) and small.get(value)) or json.dumps(
        value, separators=(",", ":")
    )
