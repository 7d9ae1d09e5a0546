from collections.abc import Callable

import numpy as np
import pytest

from foveal.models.masks import Masks
from foveal.models.protocol import Grammar, JsonSchema, OneOf, Regex, Tool, ToolCalls
from foveal.models.tool_calls import written_calls
from foveal.schemas.errors import BadWorkflow

Takes = Callable[[Grammar, str], bool]
Encode = Callable[[str], list[int]]

BOX = {
    "type": "object",
    "properties": {"box": {"type": "array", "items": {"type": "integer"}, "maxItems": 4}},
    "required": ["box"],
}
ZOOM, DONE = Tool("zoom", BOX), Tool("done", {"type": "object", "additionalProperties": False})
CALL = '<tool_call>\n{"name": "zoom", "arguments": {"box": [1, 20]}}\n</tool_call>'
END = '<tool_call>\n{"name": "done", "arguments": {}}\n</tool_call>'
CALLS = ToolCalls((ZOOM, DONE), most=2)

TEXTS: dict[str, tuple[Grammar, str, str]] = {
    "regex": (Regex(r"[a-c]{2}-\d+"), "ab-12", "abc-1"),
    "regex as a whole": (Regex("b"), "b", "abc"),
    "regex with blanks": (Regex(r"a\n b/c"), "a\n b/c", "a b/c"),
    "catastrophic regex": (Regex("(a+)+"), "aaa", "aab"),
    "one of": (OneOf(("pin", "pin hole")), "pin", "pi"),
    "a longer one": (OneOf(("pin", "pin hole")), "pin hole", "pin hol"),
    "one of odd texts": (OneOf((' "x"\n', "ü\\", "a/b")), ' "x"\n', '"x"'),
    "call": (CALLS, CALL, CALL.replace("zoom", "crop")),
    "call without arguments": (CALLS, END, END.replace("{}", '{"a": 1}')),
    "calls": (CALLS, f"{CALL}\n{END}", f"{CALL}{END}"),
    "as many calls": (CALLS, f"{END}\n{END}", f"{END}\n{END}\n{END}"),
    "a single call": (ToolCalls((ZOOM,)), CALL, f"{CALL}\n{CALL}"),
    "arguments under their schema": (CALLS, CALL, CALL.replace("20", '"20"')),
    "arguments as trained on": (CALLS, CALL, CALL.replace("1, 20", "1,20")),
    "compact JSON": (JsonSchema(BOX), '{"box":[1,20]}', '{"box": [1, 20]}'),
}


@pytest.mark.parametrize(("grammar", "text", "other"), TEXTS.values(), ids=TEXTS)
def test_a_grammar_takes_its_texts_and_no_other(
    takes: Takes, grammar: Grammar, text: str, other: str
) -> None:
    assert takes(grammar, text)
    assert not takes(grammar, other)


def test_the_tags_of_a_call_are_single_tokens_where_the_tokenizer_has_them(
    masks: Masks, encode: Encode
) -> None:
    (tag,) = encode("<tool_call>")
    mask = masks.start(ToolCalls((ZOOM,)))
    assert mask.forced() == [tag, *encode('\n{"name": "zoom", "arguments": {"box": [')]


@pytest.mark.parametrize(
    ("grammar", "problem"),
    [
        (Regex("(?=a)b"), "regular expression cannot be enforced.*without look-around"),
        (Regex(r"(a)\1"), "regular expression cannot be enforced.*without back-references"),
        (Regex("("), "regular expression cannot be enforced.*unclosed"),
        (OneOf(()), "one of no texts.*at least one"),
        (ToolCalls(()), "at least one tool"),
        (ToolCalls((ZOOM, ZOOM)), "a name of its own"),
        (ToolCalls((Tool("", BOX),)), "a name of its own"),
        (ToolCalls((ZOOM,), most=0), "one call or more"),
        (ToolCalls((Tool("a", {"type": "integer", "minimum": 2, "maximum": 1}),)), "contradiction"),
        (ToolCalls((Tool("a", {"$ref": "http://127.0.0.1:9/x"}),)), "never fetched"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_grammar_that_binds_nothing_is_refused_with_what_to_do(
    masks: Masks, grammar: Grammar, problem: str
) -> None:
    with pytest.raises(BadWorkflow, match=problem):
        masks.start(grammar)


@pytest.mark.parametrize(
    ("schema", "lenient"),
    [
        ({"oneOf": [{"const": "yes"}, {"type": "integer"}]}, False),
        ({"oneOf": [{"type": "string"}, {"type": "string", "maxLength": 3}]}, True),
        ({"type": "array", "uniqueItems": True}, True),
        ({"type": "string", "pattern": "^(?=a)[a-z]+$"}, True),
        ({"type": "string", "format": "idn-email"}, True),
        ({"not": {"type": "string"}}, True),
    ],
    ids=["parted", "overlapping", "unique", "look-around", "format", "not"],
)
def test_what_cannot_be_masked_in_full_is_masked_leniently(
    masks: Masks, schema: dict[str, object], *, lenient: bool
) -> None:
    assert masks.start(JsonSchema(schema)).lenient == lenient


def test_a_text_to_avoid_is_left_as_early_as_another_may_come(masks: Masks, encode: Encode) -> None:
    mask = masks.start(OneOf(("open", "opal", "oval")), avoid=[tuple(encode("open"))])
    written: list[int] = []
    while not mask.complete:
        step = mask.forced() or [int(np.flatnonzero(mask.allowed())[0])]
        for token in step:
            mask.accept(token)
        written += step
    assert written != encode("open")


def test_where_only_the_text_to_avoid_may_come_it_comes(masks: Masks, encode: Encode) -> None:
    mask = masks.start(OneOf(("ab",)), avoid=[tuple(encode("ab"))])
    assert mask.allowed().any()


def test_a_grammar_is_compiled_once_and_its_order_counts(masks: Masks) -> None:
    properties = {"a": {"type": "integer"}, "b": {"type": "integer"}}
    for names in (["a", "b"], ["b", "a"]):
        ordered = {name: properties[name] for name in names}
        mask = masks.start(JsonSchema({"type": "object", "properties": ordered, "required": names}))
        assert mask.forced()[:1] == masks.start(JsonSchema({"const": {names[0]: 0}})).forced()[:1]


def test_written_calls_are_found_with_their_arguments() -> None:
    text = f"{CALL}\n{END}"
    assert [(call.name, text[call.start :][:2]) for call in written_calls(text)] == [
        ("zoom", '{"'),
        ("done", "{}"),
    ]


def test_what_looks_like_a_call_inside_arguments_is_none() -> None:
    inside = '<tool_call>\n{"name": "done", "arguments": {'
    quoted = inside.replace("\n", "\\n").replace('"', '\\"')
    text = f'<tool_call>\n{{"name": "say", "arguments": {{"text": "{quoted}"}}}}\n</tool_call>'
    assert [call.name for call in written_calls(text)] == ["say"]
