"""Lists that hold nothing twice: what binds them, and which are only checked."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from foveal.models.distinct import only_values
from foveal.models.masks import Masks
from foveal.models.protocol import Grammar, JsonSchema

Takes = Callable[[Grammar, str], bool]

OPEN, SHORT = ("open", [1, 2, 3, 4]), ("短路", [5, 6, 7, 8])


def closed(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def entry(label: str, box: list[int]) -> dict[str, Any]:
    return closed(label={"enum": [label]}, box={"const": box})


def distinct(items: Any, **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, "uniqueItems": True, **more}


def written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize(
    ("listed", "taken"),
    [
        ([], True),
        ([SHORT], True),
        ([OPEN, SHORT], True),
        ([SHORT, OPEN], True),
        ([OPEN, OPEN], False),
        ([OPEN, SHORT, OPEN], False),
    ],
)
def test_each_entry_comes_once_in_any_order(
    masks: Masks, takes: Takes, listed: list[tuple[str, list[int]]], *, taken: bool
) -> None:
    entries = distinct({"anyOf": [entry(*OPEN), entry(*SHORT)]}, description="every finding")
    schema = JsonSchema(closed(count={"type": "integer", "maximum": 9}, part=closed(found=entries)))
    found = [{"label": label, "box": box} for label, box in listed]

    assert not masks.start(schema).lenient
    assert takes(schema, written({"count": 2, "part": {"found": found}})) == taken


def test_sizes_of_the_list_hold(takes: Takes) -> None:
    schema = JsonSchema(distinct({"enum": ["a", "b", "c"]}, minItems=1, maxItems=2))

    lists: list[list[str]] = [[], ["a"], ["c", "a"], ["a", "b", "c"]]

    assert [takes(schema, written(one)) for one in lists] == [False, True, True, False]


@pytest.mark.parametrize(
    "schema",
    [
        distinct({"type": "integer", "minimum": 1, "maximum": 3}),
        distinct({"enum": list(range(65))}),
        distinct({"enum": ["a", "b"]}, contains={"const": "a"}),
        {"type": "object", "properties": {"found": distinct({"enum": ["a", "b"]})}},
        {"anyOf": [distinct({"enum": ["a", "b"]}), {"type": "null"}]},
    ],
    ids=["open", "many", "other keywords", "optional", "either"],
)
def test_other_lists_are_bound_loosely_and_checked(masks: Masks, schema: dict[str, Any]) -> None:
    assert masks.start(JsonSchema(schema)).lenient


def test_alternatives_of_one_value_each_are_told_from_others() -> None:
    assert only_values({"enum": ["a", "b", "a"]}) == [{"enum": ["a"]}, {"enum": ["b"]}]
    assert only_values(entry(*OPEN)) == [entry(*OPEN)]
    assert only_values({"anyOf": [entry(*OPEN), entry(*SHORT), entry(*OPEN)]}) == [
        entry(*OPEN),
        entry(*SHORT),
    ]
    assert only_values({"anyOf": [entry(*OPEN), closed(note={"type": "string"})]}) is None
    assert only_values(closed(size={"enum": [1, 2]})) is None
    assert only_values({"type": "string"}) is None
    assert only_values(True) is None  # a schema may be one
