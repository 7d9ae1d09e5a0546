"""Where in a JSON Schema others stand, so that data such as `const` is never taken for one."""

from collections.abc import Callable, Mapping
from typing import Any

Change = Callable[[dict[str, Any]], dict[str, Any]]

_DATA = {"const", "enum", "default", "examples"}
_BY_NAME = {
    *("$defs", "definitions", "properties", "patternProperties"),
    *("dependentSchemas", "dependencies"),
}
"""They hold schemas by names, which may be those of keywords."""


def rewritten(schema: Mapping[str, Any], change: Change) -> dict[str, Any]:
    """With all schemas inside changed, then the whole; the one given stays as it is.

    A `$ref` may name any place, so what a keyword unknown to JSON Schema holds is changed as well.
    """
    return change({keyword: _held(keyword, value, change) for keyword, value in schema.items()})


def _held(keyword: str, value: Any, change: Change) -> Any:
    if keyword in _DATA:
        return value
    if keyword in _BY_NAME and isinstance(value, Mapping):
        return {name: _part(part, change) for name, part in value.items()}
    return _part(value, change)


def _part(value: Any, change: Change) -> Any:
    if isinstance(value, Mapping):
        return rewritten(value, change)
    return [_part(part, change) for part in value] if isinstance(value, list | tuple) else value
