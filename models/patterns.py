"""Looser patterns where llguidance cannot enforce those of a JSON Schema.

What they let through too much is found by the validator and repaired. Where names of properties
cannot be told apart, fewer are offered.
"""

import re
from collections.abc import Mapping
from typing import Any

from llguidance import LLMatcher

from foveal.models.subschemas import rewritten

_PIECES = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\(\?<?[=!]|.", re.DOTALL)
_LOOKS = {"(?=", "(?!", "(?<=", "(?<!"}


def with_plain_patterns(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Without look-around, back-references, and patterns of names that overlap."""
    return rewritten(schema, _plain)


def without_look_around(pattern: str) -> str:
    """Takes all that it took and more, since look-around only narrows."""
    kept, depth = "", 0
    for piece in _PIECES.findall(pattern):
        if depth:
            depth += piece.startswith("(") - (piece == ")")
        elif piece in _LOOKS:
            depth = 1
        else:
            kept += piece
    return kept


def _plain(node: dict[str, Any]) -> dict[str, Any]:
    if isinstance(node.get("pattern"), str):
        pattern = without_look_around(node.pop("pattern"))
        if _enforces({"type": "string", "pattern": pattern}):
            node["pattern"] = pattern
    if isinstance(node.get("patternProperties"), Mapping):
        node["patternProperties"] = _apart(node["patternProperties"])
    return node


def _apart(schemas: Mapping[str, Any]) -> dict[str, Any]:
    """The first ones, of which no two match one name."""
    kept: dict[str, Any] = {}
    for pattern, schema in schemas.items():
        plain = without_look_around(pattern)
        names = dict.fromkeys([*kept, plain], True)
        if plain not in kept and _enforces({"type": "object", "patternProperties": names}):
            kept[plain] = schema
    return kept


def _enforces(schema: dict[str, Any]) -> bool:
    return not LLMatcher.validate_grammar(LLMatcher.grammar_from_json_schema(schema))
