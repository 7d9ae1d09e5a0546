"""A JSON Schema as llguidance reads it, which parts from the published drafts in three places."""

from collections.abc import Mapping
from typing import Any

import jsonschema_rs

from foveal.models.subschemas import rewritten

_URIS = {
    jsonschema_rs.Draft4Validator: "http://json-schema.org/draft-04/schema#",
    jsonschema_rs.Draft6Validator: "http://json-schema.org/draft-06/schema#",
    jsonschema_rs.Draft7Validator: "http://json-schema.org/draft-07/schema#",
    jsonschema_rs.Draft201909Validator: "https://json-schema.org/draft/2019-09/schema",
    jsonschema_rs.Draft202012Validator: "https://json-schema.org/draft/2020-12/schema",
}
_LONE_REFERENCES = (
    jsonschema_rs.Draft4Validator,
    jsonschema_rs.Draft6Validator,
    jsonschema_rs.Draft7Validator,
)
"""Drafts in which a `$ref` takes the place of all that is said beside it."""
_BESIDE = {"$ref", "$schema", "$id", "id", "$defs", "definitions"}
_SIZES = tuple(
    limit + what for limit in ("min", "max") for what in ("Length", "Items", "Properties")
)


def in_dialect(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The same schema. It knows a draft by one spelling, takes only integers as sizes, and reads
    what stands beside a `$ref` in every draft.
    """
    if "$schema" not in schema:
        return rewritten(schema, _with_whole_sizes)
    draft = type(jsonschema_rs.validator_for({"$schema": schema["$schema"]}, offline=True))
    alone = draft in _LONE_REFERENCES
    found = rewritten(schema, _without_siblings if alone else _with_whole_sizes)
    return {**found, "$schema": _URIS[draft]}


def _without_siblings(node: dict[str, Any]) -> dict[str, Any]:
    if isinstance(node.get("$ref"), str):
        return {key: value for key, value in node.items() if key in _BESIDE}
    return _with_whole_sizes(node)


def _with_whole_sizes(node: dict[str, Any]) -> dict[str, Any]:
    """A draft's integers may be written 2.0."""
    sizes = {key: node[key] for key in _SIZES if isinstance(node.get(key), float)}
    return node | {key: int(size) for key, size in sizes.items()}
