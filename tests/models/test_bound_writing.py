"""A model of random weights writes nothing sensible, and still nothing that its grammar refuses."""

import json
import re
from collections.abc import Callable
from itertools import count
from typing import Any

import jsonschema
import pytest

from foveal.models.engine import Engine
from foveal.models.protocol import (
    Conversation,
    JsonSchema,
    OneOf,
    Regex,
    Reply,
    Tool,
    ToolCalls,
    WriteRequest,
)
from foveal.models.tool_calls import written_calls
from foveal.schemas.errors import BadReply, BadWorkflow

Ask = Callable[..., Conversation]
EngineBy = Callable[[Callable[[], float]], Engine]

NUMBER = {"type": "integer", "minimum": 0, "maximum": 9}
WORD = {"type": "string", "maxLength": 6}
POINT = {"type": "object", "properties": {"x": NUMBER, "y": NUMBER}, "required": ["x", "y"]}
STRICT: dict[str, dict[str, Any]] = {
    "null": {"type": "null"},
    "boolean": {"type": "boolean"},
    "integer": NUMBER,
    "open integer": {"type": "integer"},
    "negative": {"type": "integer", "maximum": -1, "minimum": -20},
    "number": {"type": "number", "minimum": 0, "maximum": 1},
    "open number": {"type": "number"},
    "multiple": {"type": "integer", "multipleOf": 7, "minimum": 0, "maximum": 100},
    "quarters": {"type": "number", "multipleOf": 0.25, "minimum": 0, "maximum": 9},
    "string": WORD,
    "open string": {"type": "string"},
    "long enough": {"type": "string", "minLength": 3, "maxLength": 6},
    "pattern": {"type": "string", "pattern": "^[a-z]{2}-[0-9]{2}$"},
    "catastrophic": {"type": "string", "pattern": "^(a+)+$", "maxLength": 9},
    "date": {"type": "string", "format": "date"},
    "uuid": {"type": "string", "format": "uuid"},
    "enum": {"enum": ["open", "open circuit", 3, None, True]},
    "const": {"const": {"a": [1, 2, {"b": None}]}},
    "array": {"type": "array", "items": NUMBER, "maxItems": 4},
    "box": {"type": "array", "items": NUMBER, "minItems": 4, "maxItems": 4},
    "tuple": {"type": "array", "prefixItems": [NUMBER, WORD], "items": False, "minItems": 2},
    "matrix": {"type": "array", "items": {"type": "array", "items": NUMBER, "maxItems": 2}},
    "object": POINT,
    "optional": {"type": "object", "properties": {"a": NUMBER, "b": WORD}},
    "open object": {"type": "object", "additionalProperties": NUMBER, "maxProperties": 2},
    "names": {
        "type": "object",
        "patternProperties": {"^p[0-9]$": NUMBER},
        "additionalProperties": False,
        "maxProperties": 2,
    },
    "anyOf": {"anyOf": [NUMBER, WORD, {"type": "null"}]},
    "oneOf": {"oneOf": [{"const": "yes"}, NUMBER]},
    "allOf": {"allOf": [NUMBER, {"multipleOf": 2}]},
    "type list": {"type": ["integer", "null"]},
    "ref": {"$defs": {"p": POINT}, "type": "array", "items": {"$ref": "#/$defs/p"}, "maxItems": 2},
    "tree": {
        "type": "object",
        "properties": {"name": WORD, "next": {"$ref": "#"}},
        "required": ["name"],
    },
    "tagged": {
        "anyOf": [
            {"type": "object", "properties": {"k": {"const": "c"}, "r": NUMBER}, "required": ["k"]},
            {"type": "object", "properties": {"k": {"const": "s"}, "w": NUMBER}, "required": ["k"]},
        ]
    },
    "anything": {},
    "distinct": {
        "type": "object",
        "properties": {
            '名 "1"': {"type": "array", "items": {"enum": ["ab", "cd", "ef"]}, "uniqueItems": True},
            "n": NUMBER,
        },
        "required": ['名 "1"', "n"],
        "additionalProperties": False,
    },
    "draft 7": {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "array",
        "items": [NUMBER, WORD],
        "additionalItems": False,
        "minItems": 2,
    },
}
LENIENT: dict[str, dict[str, Any]] = {
    "unique": {
        "type": "array",
        "items": {"type": "integer", "minimum": 1, "maximum": 3},
        "uniqueItems": True,
        "minItems": 3,
        "maxItems": 3,
    },
    "not": {"type": "object", "properties": {"n": {**NUMBER, "not": {"const": 1}}}},
    "condition": {
        "type": "object",
        "properties": {"kind": {"enum": ["hole", "crack"]}, "size": NUMBER},
        "required": ["kind", "size"],
        "additionalProperties": False,
        "if": {"properties": {"kind": {"const": "hole"}}},
        "then": {"properties": {"size": {"maximum": 2}}},
        "else": {"properties": {"size": {"minimum": 7}}},
    },
    "demanded": {
        "type": "object",
        "properties": {"a": NUMBER, "b": NUMBER},
        "required": ["a"],
        "additionalProperties": False,
        "dependentRequired": {"a": ["b"]},
    },
    "look-around": {"type": "string", "pattern": "^(?!a)[a-c]+$", "maxLength": 3},
    "overlapping": {"oneOf": [{"enum": ["ab", "cd"]}, {"enum": ["cd", "ef"]}]},
    "contains": {"type": "array", "items": NUMBER, "contains": {"const": 1}, "maxItems": 3},
    "names": {
        "type": "object",
        "patternProperties": {"^[a-c]$": NUMBER},
        "additionalProperties": False,
        "propertyNames": {"enum": ["a", "b"]},
    },
}
SEEDS = range(3)


def write(engine: Engine, ask: Ask, *schemas: dict[str, Any], seed: int = 0) -> list[Reply]:
    question = ask("Report.", (32, 32), seed=seed)
    requests = [WriteRequest(question, JsonSchema(schema), 150) for schema in schemas]
    return engine.write(requests)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_whole_validates_and_what_is_not_says_so(
    engine: Engine, ask: Ask, seed: int
) -> None:
    replies = write(engine, ask, *STRICT.values(), seed=seed)
    for (name, schema), reply in zip(STRICT.items(), replies, strict=True):
        assert (name, reply.lenient, reply.repairs) == (name, False, ())
        if reply.finish == "stop":
            jsonschema.validate(json.loads(reply.text), schema)
            assert not re.search(r"[:,\[{] ", re.sub(r'"(?:[^"\\]|\\.)*"', '""', reply.text))
    whole = [reply for reply in replies if reply.finish == "stop"]
    assert len(whole) > 0.8 * len(replies)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", LENIENT)
def test_under_a_lenient_mask_a_reply_is_repaired_or_never_leaves(
    engine: Engine, ask: Ask, name: str, seed: int
) -> None:
    schema = LENIENT[name]
    try:
        (reply,) = write(engine, ask, schema, seed=seed)
    except BadReply:
        return
    assert reply.lenient
    if reply.finish == "stop":
        jsonschema.validate(json.loads(reply.text), schema)


def test_equal_items_are_written_anew_and_on_record(engine: Engine, ask: Ask) -> None:
    (reply,) = write(engine, ask, LENIENT["unique"])
    assert sorted(json.loads(reply.text)) == [1, 2, 3]
    assert reply.repairs
    assert all(repair.location in {"/1", "/2"} for repair in reply.repairs)
    assert all(repair.was != repair.became for repair in reply.repairs)
    assert reply.usage.model_calls == 1 + len(reply.repairs)
    assert len(reply.log_probabilities) == reply.usage.new_tokens


def test_a_thinking_model_repairs_after_its_thought(thinking_engine: Engine, ask: Ask) -> None:
    request = WriteRequest(ask("Report."), JsonSchema(LENIENT["unique"]), thinking_tokens=5)
    (reply,) = thinking_engine.write([request])
    assert sorted(json.loads(reply.text)) == [1, 2, 3]
    assert reply.thinking


def test_after_a_refusal_and_after_a_failure_the_engine_answers_the_next_request(
    engine: Engine, ask: Ask
) -> None:
    impossible = {"type": "array", "items": {"const": 1}, "minItems": 2, "uniqueItems": True}
    with pytest.raises(BadWorkflow):
        write(engine, ask, {"$ref": "http://127.0.0.1:9/schema.json"})
    with pytest.raises(BadReply, match="still refused"):
        write(engine, ask, {**impossible, "maxItems": 2})
    (reply,) = write(engine, ask, STRICT["const"])
    assert reply.text == '{"a":[1,2,{"b":null}]}'


@pytest.mark.parametrize("seed", SEEDS)
def test_a_regex_and_a_choice_bind_a_reply(engine: Engine, ask: Ask, seed: int) -> None:
    question = ask("Report.", (32, 32), seed=seed)
    pattern, texts = "[ab]{3} [0-9]{2}", (" open", "open", "open circuit")
    matched, chosen = engine.write(
        [WriteRequest(question, Regex(pattern)), WriteRequest(question, OneOf(texts))]
    )
    assert re.fullmatch(pattern, matched.text)
    assert chosen.text in texts


@pytest.mark.parametrize("seed", SEEDS)
def test_tool_calls_are_written_in_qwens_syntax(engine: Engine, ask: Ask, seed: int) -> None:
    tools = (Tool("zoom", POINT), Tool("done", {"type": "object", "properties": {}}))
    question = ask("Look.", (32, 32), seed=seed)
    (reply,) = engine.write([WriteRequest(question, ToolCalls(tools, most=2))])
    calls = list(written_calls(reply.text))
    assert (reply.finish, reply.lenient) == ("stop", False)
    assert 1 <= len(calls) <= 2
    for part in (
        reply.text.removeprefix("<tool_call>\n")
        .removesuffix("\n</tool_call>")
        .split("\n</tool_call>\n<tool_call>\n")
    ):
        call = json.loads(part)
        schema = {tool.name: tool.arguments for tool in tools}[call["name"]]
        jsonschema.validate(call["arguments"], schema)
        assert part.startswith(f'{{"name": "{call["name"]}", "arguments": {{')


@pytest.mark.parametrize("budget", [0, 7, 30])
def test_a_thought_is_closed_when_its_budget_is_spent(
    thinking_engine: Engine, ask: Ask, budget: int
) -> None:
    (reply,) = thinking_engine.write(
        [WriteRequest(ask("Report."), JsonSchema(POINT), thinking_tokens=budget)]
    )
    jsonschema.validate(json.loads(reply.text), POINT)
    assert reply.finish == "stop"
    assert bool(reply.thinking) == (budget > 0)
    assert reply.usage.new_tokens <= budget + 20


def test_without_a_budget_a_thought_has_all_tokens(thinking_engine: Engine, ask: Ask) -> None:
    (reply,) = thinking_engine.write([WriteRequest(ask("Report."), JsonSchema(POINT), 40)])
    assert (reply.text, reply.finish) == ("", "length")


def test_a_free_reply_thinks_within_its_budget_too(thinking_engine: Engine, ask: Ask) -> None:
    request = WriteRequest(ask("Report."), max_new_tokens=20, thinking_tokens=4)
    (reply,) = thinking_engine.write([request])
    assert reply.thinking
    assert reply.usage.new_tokens <= 20


def test_a_reply_that_takes_too_long_is_cut_between_passes(engine_by: EngineBy, ask: Ask) -> None:
    seconds = count()
    slow, quick = engine_by(lambda: next(seconds)).write(
        [
            WriteRequest(ask("Report."), Regex("[ab]{300}"), seconds=5),
            WriteRequest(ask("Report."), Regex("[ab]{3}")),
        ]
    )
    assert (slow.finish, quick.finish) == ("time", "stop")
    assert 1 < slow.usage.new_tokens < 10


def test_a_reply_that_repeats_itself_is_cut(engine: Engine, ask: Ask) -> None:
    """As a model of random weights soon does where it has little choice."""
    two_letters = Regex("[ab]{3000}")
    (reply,) = engine.write([WriteRequest(ask("Report."), two_letters, max_new_tokens=900)])
    assert (reply.finish, reply.usage.new_tokens < 900) == ("loop", True)
