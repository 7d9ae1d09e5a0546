import re
from collections.abc import Callable

import pytest

from foveal.models.masks import Masks
from foveal.models.patterns import with_plain_patterns, without_look_around
from foveal.models.protocol import Grammar, JsonSchema

Takes = Callable[[Grammar, str], bool]
INTEGER = {"type": "integer"}


@pytest.mark.parametrize(
    ("pattern", "plain"),
    [
        ("^(?!python$)[a-z]+$", "^[a-z]+$"),
        (r"^(?!.*(\{A\}|[)(])).*\.[bB]$", r"^.*\.[bB]$"),
        ("^((?!x).)*$", "^(.)*$"),
        ("a(?=b(c))(?<!d)(?<=e)f", "af"),
        (r"\(?=[(?=]", r"\(?=[(?=]"),
        ("(?:a|b)(?P<n>c)", "(?:a|b)(?P<n>c)"),
    ],
)
def test_look_around_is_left_out_and_nothing_else(pattern: str, plain: str) -> None:
    assert without_look_around(pattern) == plain
    re.compile(plain)


def test_the_rest_of_a_pattern_with_look_around_is_enforced(takes: Takes, masks: Masks) -> None:
    grammar = JsonSchema({"type": "string", "pattern": "^(?!a)[a-c]+$"})
    assert masks.start(grammar).lenient
    assert takes(grammar, '"bc"')
    assert not takes(grammar, '"xy"')


def test_names_of_properties_too(takes: Takes) -> None:
    names = {"^(?!python$)[a-z]+$": INTEGER}
    grammar = JsonSchema(
        {"type": "object", "patternProperties": names, "additionalProperties": False}
    )
    assert takes(grammar, '{"ruby":1}')
    assert not takes(grammar, '{"ruby":"1"}')
    assert not takes(grammar, '{"RUBY":1}')


def test_of_patterns_that_match_one_name_the_first_is_enforced(takes: Takes) -> None:
    names = {"^a": INTEGER, "b$": {"type": "null"}, "^c$": {"type": "boolean"}}
    grammar = JsonSchema(
        {"type": "object", "patternProperties": names, "additionalProperties": False}
    )
    assert takes(grammar, '{"ax":1,"c":true}')
    assert not takes(grammar, '{"ax":null}')
    assert not takes(grammar, '{"xb":null}')


def test_a_pattern_with_back_references_is_left_out_and_data_is_not_touched() -> None:
    data = {"pattern": "(?=a)"}
    assert with_plain_patterns({"pattern": r"(a)\1", "const": data}) == {"const": data}
