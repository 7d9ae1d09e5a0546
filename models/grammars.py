"""From what binds a reply to llguidance's grammars, the strict ones first.

A JSON Schema that llguidance cannot enforce in full, as it reads one (`models/dialect.py`), gets a
looser grammar; the reply is then checked against the schema and, where it fails, repaired. Bounds
(`models/bounds.py`) are left out only where they contradict the schema.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from llguidance import LLMatcher

from foveal.models.bounds import bounded
from foveal.models.dialect import in_dialect
from foveal.models.distinct import distinct_grammar
from foveal.models.patterns import with_plain_patterns
from foveal.models.protocol import Grammar, JsonSchema, OneOf, Regex, ToolCalls
from foveal.models.tool_calls import CLOSE, OPEN, SEPARATORS, quoted, tool_call_grammar
from foveal.schemas.errors import BadWorkflow

COMPACT = {"whitespace_flexible": False, "item_separator": ",", "key_separator": ":"}
"""Shorter, and no model loops in blanks for ever."""


class Candidate(NamedTuple):
    text: str
    lenient: bool


def candidates(grammar: Grammar, *, tags: Mapping[str, str]) -> Iterator[Candidate]:
    """From strict to lenient; `tags` as llguidance names them for this tokenizer."""
    match grammar:
        case Regex(pattern):
            yield Candidate(LLMatcher.grammar_from_regex(pattern), lenient=False)
        case OneOf(texts):
            yield Candidate(LLMatcher.grammar_from_lark(_choice(texts)), lenient=False)
        case JsonSchema(schema):
            for (one,), lenient in _versions([schema]):
                options = {**COMPACT, **_strictness(lenient=lenient)}
                lark = distinct_grammar(one, options)
                if lark is not None:
                    yield Candidate(LLMatcher.grammar_from_lark(lark), lenient)
                with_options = json.dumps({**one, "x-guidance": options})
                yield Candidate(LLMatcher.grammar_from_json_schema(with_options), lenient)
        case ToolCalls(tools):
            marks = [tags[OPEN], tags[CLOSE]]
            for every, lenient in _versions([tool.arguments for tool in tools]):
                options = {**COMPACT, **SEPARATORS, **_strictness(lenient=lenient)}
                schemas = [{**schema, "x-guidance": options} for schema in every]
                lark = tool_call_grammar(grammar, schemas, marks)
                yield Candidate(LLMatcher.grammar_from_lark(lark), lenient)


def _strictness(*, lenient: bool) -> dict[str, bool]:
    """`oneOf` as `anyOf`, and keywords that llguidance does not know left out."""
    return {"coerce_one_of": lenient, "lenient": lenient}


def _versions(schemas: list[Mapping[str, Any]]) -> Iterator[tuple[list[dict[str, Any]], bool]]:
    read = [in_dialect(schema) for schema in schemas]
    yield [bounded(schema) for schema in read], False
    yield read, False
    simpler = [with_plain_patterns(schema) for schema in read]
    yield [bounded(schema) for schema in simpler], True
    yield simpler, True


def _choice(texts: tuple[str, ...]) -> str:
    if not texts:
        raise BadWorkflow("a reply cannot be one of no texts", fix="give at least one")
    return "start: " + " | ".join(map(quoted, texts))
