"""Schemas that no reply can be held to, refused before the model is asked. Nothing is fetched."""

import json
from collections.abc import Mapping
from typing import Any

import jsonschema_rs

from foveal.models.bounds import nodes
from foveal.schemas.errors import BadWorkflow

LONGEST_SCHEMA = 64_000
"""In characters."""
MOST_PROPERTIES = 500
"""In the whole schema; the time to compile grows with their square."""
DEEPEST_SCHEMA = 100

_REFERENCE = "a $ref outside the schema is never fetched: copy what it names under $defs"
_CORRECT = "write it in a published draft of JSON Schema, by default 2020-12"


def checked_validator(schema: Mapping[str, Any]) -> jsonschema_rs.Validator:
    """Expects `check_size` to have passed."""
    try:
        validator = jsonschema_rs.validator_for(dict(schema), offline=True)
    except ValueError as error:
        reason = error.message if isinstance(error, jsonschema_rs.ValidationError) else str(error)
        fix = _REFERENCE if "Resource" in reason else _CORRECT
        raise cannot_enforce(reason, fix=fix) from error
    if not _ends(schema, _ending_references(schema)):
        raise cannot_enforce(
            "every value it accepts holds another of its kind, without end",
            fix="let the recursion stop: make that property optional, or accept null in its place",
        )
    return validator


def cannot_enforce(reason: str, *, fix: str, what: str = "JSON Schema") -> BadWorkflow:
    first_line = reason.strip().split("\n<state>")[0].replace("\n", " ")
    return BadWorkflow(
        f"this {what} cannot be enforced while the model writes ({first_line})", fix=fix
    )


def check_size(schema: Mapping[str, Any]) -> None:
    if not isinstance(schema, Mapping):
        raise cannot_enforce(f"{schema!r} is no object", fix=_CORRECT)
    if _depth_exceeds(schema, DEEPEST_SCHEMA):
        raise cannot_enforce(f"nested more than {DEEPEST_SCHEMA} deep", fix="use $ref and $defs")
    characters = len(_as_json(schema))
    listed = (node.get("properties") for node in nodes(schema))
    properties = sum(len(names) for names in listed if isinstance(names, Mapping))
    fix = "split it into several, each asked for by itself"
    if characters > LONGEST_SCHEMA:
        raise cannot_enforce(f"{characters:,} characters, at most {LONGEST_SCHEMA:,}", fix=fix)
    if properties > MOST_PROPERTIES:
        raise cannot_enforce(f"{properties:,} properties, at most {MOST_PROPERTIES:,}", fix=fix)


def _as_json(schema: Mapping[str, Any]) -> str:
    try:
        return json.dumps(schema, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise cannot_enforce(str(error), fix=_CORRECT) from error


def _depth_exceeds(value: object, most: int) -> bool:
    level = [value]
    for _ in range(most):
        inside: list[object] = []
        for node in level:
            if isinstance(node, Mapping):
                inside += node.values()
            elif isinstance(node, list | tuple):
                inside += node
        level = inside
    return bool(level)


def _ending_references(schema: Mapping[str, Any]) -> set[str]:
    """Those that a finite value can satisfy: the least set in which each rests on others of it."""
    found = [node.get("$ref") for node in nodes(schema)]
    unknown = list(dict.fromkeys(reference for reference in found if isinstance(reference, str)))
    ending: set[str] = set()
    grew = True
    while grew:
        before = len(ending)
        for reference in unknown:
            if _ends(_target(schema, reference), ending):
                ending.add(reference)
        unknown = [reference for reference in reversed(unknown) if reference not in ending]
        grew = len(ending) > before
    return ending


def _ends(node: object, ending: set[str]) -> bool:
    """Whether a finite value can satisfy it, as far as recursion goes."""
    if not isinstance(node, Mapping):
        return True
    if isinstance(node.get("$ref"), str) and node["$ref"] not in ending:
        return False
    parts = [*node.get("allOf", []), *_compulsory(node)]
    alternatives = node.get("anyOf", []) or node.get("oneOf", [])
    return all(_ends(part, ending) for part in parts) and (
        not alternatives or any(_ends(part, ending) for part in alternatives)
    )


def _compulsory(node: Mapping[str, Any]) -> list[object]:
    """Schemas of values without which none of the node's own kind exists."""
    if node.get("type") == "object":
        properties = node.get("properties", {})
        return [properties[name] for name in node.get("required", []) if name in properties]
    if node.get("type") == "array" and node.get("minItems", 0) > 0:
        first = node.get("prefixItems", [])[: int(node["minItems"])]
        return first if len(first) == node["minItems"] else [*first, node.get("items")]
    return []


def _target(root: Mapping[str, Any], reference: str) -> object:
    """What a JSON Pointer (RFC 6901) in a `$ref` names; nothing where it is an anchor."""
    node: object = root
    for step in reference.removeprefix("#").split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(node, Mapping):
            node = node.get(name)
        elif isinstance(node, list) and name.isdecimal() and int(name) < len(node):
            node = node[int(name)]
        else:
            return None
    return node if reference == "#" or reference.startswith("#/") else None
