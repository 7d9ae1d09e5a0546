"""What a served answer is checked against, where in process a grammar bound it."""

import json
import re
from collections.abc import Callable
from typing import Any

from jsonschema_rs import Validator, validator_for

from foveal.models.protocol import Grammar, JsonSchema, OneOf, Regex, ToolCalls
from foveal.models.repair import Gap, Rule, first_gap
from foveal.models.schema_check import check_size, checked_validator
from foveal.models.tool_calls import written_calls

Find = Callable[[str], Gap | None]
"""The first value that is refused in a text."""

_FENCED = re.compile(r"```\w*\n(.*?)\n?```", re.DOTALL)
"""As models that were asked for no form at all like to wrap JSON."""


def finder(grammar: Grammar) -> Find:
    """Raises BadWorkflow for a schema that no answer can be held to."""
    match grammar:
        case JsonSchema(schema):
            rule = _rule(schema)
            return lambda text: _in_json(text, rule)
        case OneOf(texts):
            return _whole({"enum": list(texts)}, f"it is none of {list(texts)}")
        case Regex(pattern):
            matching = {"type": "string", "pattern": f"^(?:{pattern})$"}
            return _whole(matching, f"it does not match {pattern!r}")
        case ToolCalls():
            rules = {tool.name: _rule(tool.arguments) for tool in grammar.tools}
            return lambda text: _in_calls(text, rules, most=grammar.most)


def unwrapped(text: str, grammar: Grammar | None) -> str:
    """JSON without the fence around it."""
    fenced = _FENCED.fullmatch(text.strip()) if isinstance(grammar, JsonSchema) else None
    return fenced[1] if fenced else text


def _rule(schema: Any) -> Rule:
    check_size(schema)
    return Rule(schema, checked_validator(schema))


def _whole(schema: dict[str, Any], reason: str) -> Find:
    validator: Validator = validator_for(schema)
    return lambda text: None if validator.is_valid(text) else _all_of(text, reason)


def _in_json(text: str, rule: Rule) -> Gap | None:
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        return _all_of(text, f"it is no JSON ({error})")
    return first_gap(text, rule)


def _in_calls(text: str, rules: dict[str, Rule], *, most: int) -> Gap | None:
    try:
        calls = list(written_calls(text))
    except (ValueError, RecursionError) as error:
        return _all_of(text, f"its arguments are no JSON ({error})")
    if not 0 < len(calls) <= most or any(call.name not in rules for call in calls):
        named = [call.name for call in calls]
        return _all_of(text, f"it calls {named}, not 1 to {most} of {sorted(rules)}")
    gaps = (first_gap(text, rules[call.name], start=call.start) for call in calls)
    return next((gap for gap in gaps if gap), None)


def _all_of(text: str, reason: str) -> Gap:
    """To be written anew as a whole, under whatever bound it."""
    return Gap(location="", reason=reason, before="", was=text, after="", schema={})
