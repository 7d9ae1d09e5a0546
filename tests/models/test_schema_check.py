from time import perf_counter
from typing import Any

import pytest

from foveal.models.masks import Masks
from foveal.models.protocol import JsonSchema
from foveal.schemas.errors import BadWorkflow

NODE = {"$ref": "#/$defs/node"}


def tree(*required: str, minimum: int = 0) -> dict[str, Any]:
    node = {
        "type": "object",
        "properties": {
            "name": {"type": "string", "maxLength": 5},
            "next": NODE,
            "children": {"type": "array", "items": NODE, "minItems": minimum, "maxItems": 2},
        },
        "required": list(required),
        "additionalProperties": False,
    }
    return {"$defs": {"node": node}, **NODE}


def nested(depth: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "integer"}
    for _ in range(depth):
        schema = {"allOf": [schema]}
    return schema


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no type": ({"type": "nonsense"}, "write it in a published draft"),
    "no number": ({"type": "number", "maximum": float("inf")}, "write it in a published draft"),
    "unknown draft": ({"$schema": "http://127.0.0.1:9/draft"}, "write it in a published draft"),
    "missing": ({"$ref": "#/$defs/none"}, "does not exist"),
    "remote": ({"$ref": "http://127.0.0.1:9/schema.json"}, r"never fetched: copy .* \$defs"),
    "file": ({"$ref": "file:///etc/hostname"}, r"never fetched: copy .* \$defs"),
    "remote inside": (
        {"type": "object", "properties": {"a": {"$ref": "http://127.0.0.1:9/schema.json"}}},
        r"never fetched: copy .* \$defs",
    ),
    "itself": ({"$ref": "#"}, "without end.*let the recursion stop"),
    "circle": (
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}},
        "without end.*let the recursion stop",
    ),
    "endless": (tree("name", "next"), "without end.*let the recursion stop"),
    "endless array": (tree("children", minimum=1), "without end.*let the recursion stop"),
    "giant": (
        {"type": "object", "properties": {f"p{n}": {"type": "integer"} for n in range(5000)}},
        "at most.*split it",
    ),
    "wide": (
        {"type": "object", "properties": {f"p{n}": {} for n in range(501)}},
        "501 properties, at most 500.*split it",
    ),
    "long": ({"enum": [f"{n:0100}" for n in range(700)]}, "characters, at most 64,000.*split it"),
    "deep": (nested(2_000), "nested more than 100 deep.*defs"),
    "crossed limits": ({"type": "integer", "minimum": 5, "maximum": 3}, "remove the contradiction"),
    "crossed lengths": ({"type": "string", "minLength": 3, "maxLength": 2}, "contradiction"),
    "crossed items": ({"type": "array", "minItems": 3, "maxItems": 1}, "contradiction"),
    "const outside enum": ({"const": "a", "enum": ["b"]}, "remove the contradiction"),
    "two types": ({"allOf": [{"type": "string"}, {"type": "integer"}]}, "contradiction"),
    "no multiple": (
        {"type": "integer", "minimum": 1, "maximum": 3, "multipleOf": 5},
        "remove the contradiction",
    ),
    "pattern and length": (
        {"type": "string", "pattern": "^a{5}$", "maxLength": 3},
        "remove the contradiction",
    ),
    "required and forbidden": (
        {"type": "object", "required": ["a"], "additionalProperties": False},
        "remove the contradiction",
    ),
    "required and impossible": (
        {"type": "object", "properties": {"a": False}, "required": ["a"]},
        "remove the contradiction",
    ),
}


@pytest.mark.parametrize(("schema", "fix"), REFUSED.values(), ids=REFUSED)
def test_a_schema_that_no_reply_can_be_held_to_is_refused_with_what_to_do(
    masks: Masks, schema: dict[str, Any], fix: str
) -> None:
    with pytest.raises(BadWorkflow, match=rf"JSON Schema cannot be enforced.*{fix}"):
        masks.start(JsonSchema(schema))


@pytest.mark.parametrize("schema", [tree("name"), tree("name", "children")], ids=["next", "tree"])
def test_recursion_that_can_stop_is_taken(masks: Masks, schema: dict[str, Any]) -> None:
    assert not masks.start(JsonSchema(schema)).lenient


def test_a_property_may_be_named_as_a_reference_is(masks: Masks) -> None:
    schema = {"type": "object", "properties": {"$ref": {"type": "string"}}, "required": ["$ref"]}
    assert not masks.start(JsonSchema(schema)).lenient


def doubling(depth: int) -> dict[str, Any]:
    """As many ways to its end as two to the power of its depth."""
    steps = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(depth)}
    return {"$ref": "#/$defs/d0", "$defs": {**steps, f"d{depth}": {"type": "integer"}}}


HOSTILE: dict[str, dict[str, Any]] = {
    "many ways": doubling(16),
    "catastrophic pattern": {"type": "string", "pattern": "^(a+)+$"},
    "two ways": {"type": "string", "pattern": "^(a|a)*$"},
    "counted twice": {"type": "string", "pattern": "^([a-z]{1,100}){1,100}$"},
    "widest": {"type": "object", "properties": {f"p{n}": {"type": "integer"} for n in range(500)}},
    "many alternatives": {"anyOf": [{"const": {"a": n}} for n in range(500)]},
}


@pytest.mark.slow
@pytest.mark.parametrize("schema", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_schema_costs_no_time_that_matters(masks: Masks, schema: dict[str, Any]) -> None:
    before = perf_counter()
    mask = masks.start(JsonSchema(schema))
    mask.forced()
    mask.allowed()
    assert perf_counter() - before < 10  # 0.2 s of work, on a machine that may be busy
