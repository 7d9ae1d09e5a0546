"""What a model may write once the schema is narrowed to the facts."""

from dataclasses import replace
from typing import Any

import pytest
from jsonschema_rs import validator_for

from foveal.agents.facts import Defect, Facts
from foveal.agents.fitted import fitted
from foveal.schemas.box import Box

BOX = {"type": "array", "items": {"type": "integer"}, "minItems": 4, "maxItems": 4}
OPEN = Defect("open", Box(10, 20, 30, 40), 0.8, 0.93)
SHORT = Defect("short", Box(50, 60, 70, 80), 0.3, 0.7)
FACTS = Facts(
    verdict="fail",
    defects=(OPEN, SHORT, SHORT._replace(box=Box(1, 2, 3, 4))),
    labels=("open", "short", "spur"),
    part="b.png",
    size_px=(100, 100),
    workflow="boards",
    coverage=0.99,
    date="2026-11-25",
)
NONE = replace(FACTS, defects=(), verdict="pass")


def allows(schema: dict[str, Any], value: object, facts: Facts = FACTS) -> bool:
    narrowed = fitted(schema, facts)
    return narrowed is not None and validator_for(narrowed).is_valid(value)


def one(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {name: schema}, "required": [name]}


def test_a_whole_number_is_a_count() -> None:
    integer = {"type": "integer"}

    assert [n for n in range(60) if allows(integer, n)] == [0, 1, 2, 3]


def test_a_number_keeps_to_the_quantity_of_its_name() -> None:
    number = {"type": ["number", "null"]}
    values = [0, 1, 2, 3, 0.3, 0.8, 0.7, 0.93, 0.99, 0.5]

    def allowed(name: str) -> list[float]:
        return [value for value in values if allows(one(name, number), {name: value})]

    assert allowed("largest_mm") == [0.3, 0.8]
    assert allowed("confidence") == [0.7, 0.93]
    assert allowed("coverage") == [0.99]
    assert allowed("x") == [value for value in values if value != 0.5]
    assert allows(one("x", number), {"x": None})


def test_limits_of_the_schema_hold() -> None:
    assert not allows({"type": "integer", "minimum": 3}, 2)
    assert allows({"type": "integer", "minimum": 3}, 3)
    assert fitted({"type": "integer", "minimum": 4}, FACTS) is None


def test_a_box_is_one_of_the_findings() -> None:
    assert allows(BOX, [10, 20, 30, 40])
    assert not allows(BOX, [10, 20, 30, 41])


def test_what_no_fact_can_fill_is_left_out_where_it_may_be() -> None:
    boxes = {"type": "array", "items": BOX}
    either = {"anyOf": [BOX, {"type": "null"}]}

    assert allows(boxes, [], NONE)
    assert not allows(boxes, [[10, 20, 30, 40]], NONE)
    assert allows(either, None, NONE)
    assert fitted({**boxes, "minItems": 1}, NONE) is None
    assert fitted(one("box", BOX), NONE) is None
    assert fitted({"type": "object", "properties": {"box": BOX}}, NONE) is not None


def test_an_entry_with_a_box_is_about_one_finding() -> None:
    properties = {
        "label": {"type": "string"},
        "box": BOX,
        "size_mm": {"type": ["number", "null"]},
        "note": {"type": "string"},
    }
    entries = {
        "type": "array",
        "items": {"type": "object", "properties": properties, "required": list(properties)},
    }
    told = {"label": "open", "box": [10, 20, 30, 40], "size_mm": 0.8, "note": "cut"}

    assert allows(entries, [told])
    assert not allows(entries, [told | {"label": "short"}])
    assert not allows(entries, [told | {"size_mm": 0.3}])
    assert not allows(entries, [told | {"size_mm": None}])


def test_a_list_cites_no_finding_twice_and_as_many_as_there_are() -> None:
    told = [{"label": known.label, "box": list(known.box)} for known in FACTS.defects]
    entries = {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"label": {"type": "string"}, "box": BOX},
            "required": ["label", "box"],
        },
    }

    assert allows(entries, told)
    assert not allows(entries, [*told, told[0]])
    assert fitted({**entries, "minItems": 3}, FACTS) is not None
    assert fitted({**entries, "minItems": 4}, FACTS) is None


def test_a_plain_label_beside_a_box_is_that_of_the_finding_there() -> None:
    worst = {
        "type": "object",
        "properties": {"kind": {"enum": ["open", "short", "spur"]}, "where": BOX},
        "required": ["kind", "where"],
    }

    assert allows(worst, {"kind": "open", "where": [10, 20, 30, 40]})
    assert allows(worst, {"kind": "short", "where": [1, 2, 3, 4]})
    assert not allows(worst, {"kind": "short", "where": [10, 20, 30, 40]})
    assert allows({"anyOf": [worst, {"type": "null"}]}, None)
    assert not allows({"anyOf": [worst, {"type": "null"}]}, {"kind": "spur", "where": [1, 2, 3, 4]})


def test_a_label_and_a_box_may_both_be_missing_but_not_one_alone() -> None:
    nothing = {"type": "null"}
    worst = {
        "properties": {"label": {"type": ["string", "null"]}, "box": {"anyOf": [BOX, nothing]}},
        "required": ["label", "box"],
    }

    assert allows(worst, {"label": "open", "box": [10, 20, 30, 40]})
    assert allows(worst, {"label": None, "box": None})
    assert not allows(worst, {"label": "open", "box": None})
    assert allows(worst, {"label": None, "box": None}, NONE)


@pytest.mark.parametrize(
    "more",
    [
        {"most_frequent_label": {"type": "string"}, "worst_box": BOX},
        {"label": {"type": "string"}, "box": BOX, "all": {"type": "array", "items": BOX}},
        {"label": {"type": "string"}, "box": BOX, "other": BOX},
        {"label": {"enum": ["Short circuit", "Open circuit"]}, "box": BOX},
    ],
)
def test_a_label_that_may_be_another_findings_is_free(more: dict[str, Any]) -> None:
    schema = {"type": "object", "properties": more, "required": list(more)}
    words = {"all": [], "box": [1, 2, 3, 4], "worst_box": [1, 2, 3, 4], "other": [1, 2, 3, 4]}
    enum = more.get("label", {}).get("enum", ["open"])

    assert allows(schema, {name: words.get(name, enum[0]) for name in more})


@pytest.mark.parametrize("name", ["label", "kind", "worst_label"])
def test_a_label_is_one_of_the_workflow(name: str) -> None:
    text = {"type": "string"}

    assert allows(one(name, text), {name: "spur"})
    assert not allows(one(name, text), {name: "dent"})
    assert allows(one("labelling", text), {"labelling": "dent"})


@pytest.mark.parametrize("name", ["part", "Workflow", "部件"])
def test_a_plain_name_is_one_that_was_told(name: str) -> None:
    text = {"type": ["string", "null"]}

    assert allows(one(name, text), {name: "b.png"})
    assert allows(one(name, text), {name: "boards"})
    assert allows(one(name, text), {name: None})
    assert not allows(one(name, text), {name: "bpng"})
    assert allows(one("part_wanted", text), {"part_wanted": "bpng"})


def test_texts_are_free_but_short_and_dates_are_the_day_of_the_run() -> None:
    assert allows({"type": "string"}, "x" * 160)
    assert not allows({"type": "string"}, "x" * 161)
    assert allows({"type": "string", "maxLength": 300}, "x" * 300)
    day = {"type": "string", "format": "date"}
    assert allows(day, "2026-11-25")
    assert not allows(day, "2026-11-24")


def test_constants_and_words_of_the_schema_stay() -> None:
    assert allows({"const": 77}, 77)
    assert allows({"enum": ["ok", 1, 99]}, "ok")
    assert allows({"enum": ["ok", 1, 99]}, 1)
    assert not allows({"enum": ["ok", 1, 99]}, 99)


def test_an_object_holds_nothing_else() -> None:
    assert not allows(one("n", {"type": "integer"}), {"n": 1, "m": 1234})
