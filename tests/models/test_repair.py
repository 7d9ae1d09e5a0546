import json
from typing import Any

import jsonschema
import pytest
from jsonschema_rs import validator_for

from foveal.models.masks import Masks
from foveal.models.protocol import JsonSchema, Tool, ToolCalls
from foveal.models.repair import Gap, Rule, first_gap

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "kind": {"enum": ["hole", "crack"]},
        "size": {"$ref": "#/$defs/size"},
        "layers": {"type": "array", "items": {"type": "integer"}, "uniqueItems": True},
        "note": {"oneOf": [{"type": "string"}, {"maxLength": 3}]},
    },
    "if": {"properties": {"kind": {"const": "hole"}}, "required": ["kind"]},
    "then": {"properties": {"size": {"maximum": 3}}},
    "dependentRequired": {"note": ["size"]},
    "$defs": {"size": {"type": "integer", "minimum": 0}},
}


def gap_in(text: str, schema: dict[str, Any]) -> Gap:
    gap = first_gap(text, Rule(schema, validator_for(schema)))
    assert gap is not None
    assert gap.before + gap.was + gap.after == text
    return gap


def holds(gap: Gap, value: object) -> bool:
    return validator_for(dict(gap.schema)).is_valid(value)


def test_a_valid_text_has_no_gap() -> None:
    assert first_gap('{"kind":"hole","size":3}', Rule(SCHEMA, validator_for(SCHEMA))) is None


def test_the_failing_field_is_cut_out_of_its_text() -> None:
    gap = gap_in('{"kind":"crack","size":-1,"layers":[1]}', SCHEMA)
    assert (gap.location, gap.before, gap.was) == ("/size", '{"kind":"crack","size":', "-1")
    assert gap.after == ',"layers":[1]}'
    assert "-1 is less than" in gap.reason


def test_what_holds_for_a_field_counts_the_conditions_that_the_text_decides() -> None:
    hole = gap_in('{"kind":"hole","size":7}', SCHEMA)
    assert [holds(hole, value) for value in (7, 3, -1, "3")] == [False, True, False, False]
    crack = gap_in('{"kind":"crack","size":-1}', SCHEMA)
    assert [holds(crack, value) for value in (7, 3, -1)] == [True, True, False]


def test_of_equal_items_the_second_is_written_anew() -> None:
    gap = gap_in('{"layers":[1,2,2,3]}', SCHEMA)
    assert (gap.location, gap.before, gap.after) == ("/layers/2", '{"layers":[1,2,', ",3]}")
    assert (holds(gap, 5), holds(gap, "x")) == (True, False)


def test_true_is_not_equal_to_one() -> None:
    schema = {"type": "array", "uniqueItems": True}
    assert first_gap("[1,true,1.5]", Rule(schema, validator_for(schema))) is None
    assert gap_in("[1,true,true]", schema).location == "/2"


def test_the_first_of_several_is_taken_and_the_innermost() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"properties": {"c": {"maximum": 1}}}},
        "required": ["z"],
    }
    assert gap_in('{"b":{"c":2},"a":"x"}', schema).location == "/b/c"
    assert gap_in('{"a":"x","b":{"c":2}}', schema).location == "/a"
    assert gap_in('{"a":1,"b":{"c":0}}', schema).location == ""


def test_a_field_that_another_demands_is_required_when_its_object_is_written_anew() -> None:
    gap = gap_in('{"note":7}', SCHEMA)
    assert (gap.location, holds(gap, {"note": 7}), holds(gap, {"note": 7, "size": 1})) == (
        "",
        False,
        True,
    )


def test_around_a_field_that_must_not_be_there_the_object_is_written_anew() -> None:
    schema = {"properties": {"a": {"properties": {"b": False}, "maxProperties": 2}}}
    assert gap_in('{"a":{"b":1}}', schema).location == "/a"


def test_recursive_schemas_stand_alone_too() -> None:
    schema = {
        "type": "object",
        "properties": {"n": {"type": "integer"}, "next": {"$ref": "#"}},
    }
    gap = gap_in('{"n":1,"next":{"n":2,"next":{"n":"x"}}}', schema)
    assert gap.location == "/next/next/n"
    outer = gap_in('{"next":{"next":[]}}', schema)
    values: list[object] = [{"next": {}}, {"next": 1}, []]
    assert [holds(outer, value) for value in values] == [True, False, False]


def test_numbers_are_judged_as_they_were_written() -> None:
    schema = {"type": "number", "multipleOf": 0.01}
    assert first_gap("19.99", Rule(schema, validator_for(schema))) is None
    assert gap_in("19.999", schema).was == "19.999"


def test_property_names_are_those_of_the_text() -> None:
    schema = {"properties": {'a/b ~ü"': {"type": "integer"}}}
    text = json.dumps({'a/b ~ü"': "x"})
    gap = gap_in(text, schema)
    assert gap.was == '"x"'
    assert holds(gap, 1)
    assert not holds(gap, "x")


@pytest.mark.parametrize("draft", ["http://json-schema.org/draft-07/schema#", None])
def test_a_part_keeps_the_draft_of_its_schema(draft: str | None) -> None:
    schema = {"properties": {"a": {"items": [{"type": "integer"}]}}}
    with_draft = {"$schema": draft, **schema} if draft else {"properties": {"a": {"maximum": 1}}}
    gap = gap_in('{"a":["x"]}' if draft else '{"a":2}', with_draft)
    assert gap.schema.get("$schema") == draft


IDENTIFIED: dict[str, dict[str, Any]] = {
    "by itself": {"$id": "https://foveal.example/report", "$ref": "#/$defs/a"},
    "by its name": {
        "$id": "https://foveal.example/report",
        "$ref": "https://foveal.example/report#/$defs/a",
    },
    "in draft 4": {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "id": "https://foveal.example/report#",
        "allOf": [{"$ref": "#/$defs/a"}],
    },
}


@pytest.mark.parametrize("schema", IDENTIFIED.values(), ids=IDENTIFIED)
def test_a_schema_with_a_name_is_found_its_parts_in(schema: dict[str, Any], masks: Masks) -> None:
    named = {"properties": {"id": {"$ref": "#/$defs/n"}, "a b%": {"minLength": 5}}}
    schema = {**schema, "$defs": {"a": named, "n": {"type": "integer"}}}
    assert holds(gap_in('{"a b%":"1234"}', schema), "12345")
    gap = gap_in('{"id":"x"}', schema)
    assert (holds(gap, 1), holds(gap, "x")) == (True, False)
    masks.start(JsonSchema(gap.schema))


def test_of_a_schema_inside_with_a_name_of_its_own_only_what_lies_outside_is_known() -> None:
    inner = {"$id": "inner", "type": "array", "items": {"$ref": "root#/$defs/n"}}
    schema = {
        "$id": "https://foveal.example/root",
        "$ref": "inner",
        "$defs": {"n": {"type": "integer"}, "inner": inner},
    }
    gap = gap_in('[1,"x"]', schema)
    assert (holds(gap, 1), holds(gap, "x")) == (True, False)


def test_the_part_of_a_lenient_schema_may_be_enforced_strictly(masks: Masks) -> None:
    assert masks.start(JsonSchema(SCHEMA)).lenient
    gap = gap_in('{"kind":"hole","size":7}', SCHEMA)
    assert not masks.start(JsonSchema(gap.schema)).lenient


def test_a_call_is_checked_under_the_schema_of_its_tool(masks: Masks) -> None:
    odd = {"type": "object", "properties": {"n": {"type": "integer", "not": {"const": 1}}}}
    text = '<tool_call>\n{"name": "odd", "arguments": {"n": 1}}\n</tool_call>'
    gap = masks.start(ToolCalls((Tool("any", {"type": "object"}), Tool("odd", odd)))).first_gap(
        text
    )
    assert gap is not None
    assert (gap.location, gap.was) == ("/n", "1")
    assert gap.before + gap.was + gap.after == text
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(1, gap.schema)
