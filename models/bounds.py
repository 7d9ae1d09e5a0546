"""Default bounds, so that no reply under a JSON Schema runs away.

They hold for what the model may write and never for what is accepted: a reply is validated against
the schema as it was given. Where a schema says nothing, a string has at most 512 characters, an
array 64 items, an open object 64 properties with names of at most 64 characters; numbers stay
within ±10¹⁵ and have at most six decimals; values of any kind nest three deep; an object that lists
its properties gets no others. What a schema states itself is never narrowed, and a default is at
least twice the largest size that it states anywhere. Without a type, values of each are bounded.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

LONGEST_STRING = 512
LONGEST_EMAIL = 64
"""As long as what stands before the @ may be (RFC 5321)."""
MOST_ITEMS = 64
LONGEST_NAME = 64
DEEPEST_VALUE = 3
FARTHEST = 10**15
"""Every reader of JSON keeps integers up to here exact."""
FINEST = "0.000001"

Schema = Mapping[str, Any]

_IN_PLACE = ("items", "additionalProperties")
_BY_NAME = ("properties", "patternProperties", "$defs", "definitions")
_IN_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_ANNOTATIONS = {"title", "description", "default", "examples", "deprecated", "$comment"}
_COMPOSING = {"$ref", "anyOf", "oneOf", "if", "dependentSchemas", "not"}
_ELSEWHERE = _COMPOSING | {"allOf"}
"""Where they stand, other schemas say of what kind a value is."""
_OF_OBJECTS = {"properties", "required", "additionalProperties", "patternProperties"}


def bounded(schema: Schema) -> dict[str, Any]:
    """The schema with bounds added; the one given is not changed."""
    bounds = _Bounds(schema)
    found = _apply(schema, bounds)
    assert isinstance(found, dict), "a mapping stays one"
    shared = {_open(kind): {"type": kind} for kind in _SHARED}
    for kind in _SHARED:
        _BOUND[kind](shared[_open(kind)], bounds)
    values = {_any(depth): _value(depth) for depth in range(DEEPEST_VALUE + 1)}
    return {**found, "$defs": {**found.get("$defs", {}), **shared, **values}}


def nodes(value: object) -> Iterator[Mapping[str, Any]]:
    """All mappings inside, schemas or not."""
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            yield node
            waiting += node.values()
        elif isinstance(node, list | tuple):
            waiting += node


class _Bounds:
    def __init__(self, schema: Schema) -> None:
        every = list(nodes(schema))
        longest = max(_sizes(every, "minLength", "maxLength"), default=0)
        most = max(_sizes(every, "minItems", "maxItems"), default=0)
        self.longest = max(LONGEST_STRING, 2 * longest)
        self.most = max(MOST_ITEMS, 2 * most)
        self.composed = any(
            "allOf" in node or (_COMPOSING & node.keys() and _OF_OBJECTS & node.keys())
            for node in every
        )
        """Objects are put together from several schemas, none of which may close them."""


def _sizes(every: list[Mapping[str, Any]], *keywords: str) -> Iterator[int]:
    for node in every:
        for keyword in keywords:
            size = node.get(keyword)
            if isinstance(size, int):
                yield size


def _apply(schema: object, bounds: _Bounds) -> object:
    if shared := _shared(schema):
        return {"$ref": f"#/$defs/{shared}"}
    if not isinstance(schema, Mapping):
        return schema
    node = dict(schema)
    for keyword in node.keys() & set(_IN_PLACE):
        node[keyword] = _apply(node[keyword], bounds)
    for keyword in node.keys() & set(_BY_NAME):
        node[keyword] = {name: _apply(part, bounds) for name, part in node[keyword].items()}
    for keyword in node.keys() & set(_IN_LISTS):
        node[keyword] = [_apply(part, bounds) for part in node[keyword]]
    for kind in _kinds(node):
        if kind in _BOUND:
            _BOUND[kind](node, bounds)
    return node


def _shared(schema: object) -> str:
    """The definition that says as much as a schema which says next to nothing."""
    if schema is True:
        return _any(DEEPEST_VALUE)
    if not isinstance(schema, Mapping):
        return ""
    said = {key: value for key, value in schema.items() if key not in _ANNOTATIONS}
    if not said:
        return _any(DEEPEST_VALUE)
    return next((_open(kind) for kind in _SHARED if said == {"type": kind}), "")


def _kinds(node: Schema) -> Iterable[str]:
    """Of the values it leaves open by itself: every keyword binds values of its kind alone."""
    if {"const", "enum"} & node.keys():
        return ()
    if "type" in node:
        return [node["type"]] if isinstance(node["type"], str) else node["type"]
    return () if _ELSEWHERE & node.keys() else _EVERY_KIND


def _bound_string(node: dict[str, Any], bounds: _Bounds) -> None:
    node.setdefault("maxLength", LONGEST_EMAIL if node.get("format") == "email" else bounds.longest)


def _bound_array(node: dict[str, Any], bounds: _Bounds) -> None:
    node.setdefault("maxItems", bounds.most)
    node.setdefault("items", {"$ref": f"#/$defs/{_any(DEEPEST_VALUE)}"})


def _bound_object(node: dict[str, Any], bounds: _Bounds) -> None:
    named, required = node.get("properties", {}), node.get("required", [])
    if "patternProperties" in node:
        return
    if "additionalProperties" not in node and named and set(required) <= named.keys():
        if not bounds.composed:
            node["additionalProperties"] = False
    elif not named and node.get("additionalProperties") is not False and not bounds.composed:
        value = node.get("additionalProperties", {"$ref": f"#/$defs/{_any(DEEPEST_VALUE)}"})
        node["properties"] = dict.fromkeys(required, value)
        node["patternProperties"] = {f"^.{{0,{LONGEST_NAME}}}$": value}
        node["additionalProperties"] = False
        node.setdefault("maxProperties", max(MOST_ITEMS, node.get("minProperties", 0)))


def _bound_integer(node: dict[str, Any], bounds: _Bounds) -> None:
    del bounds
    stated = _stated_limits(node)
    if not {"minimum", "exclusiveMinimum"} & node.keys():
        node["minimum"] = min(-FARTHEST, *stated, 0)
    if not {"maximum", "exclusiveMaximum"} & node.keys():
        node["maximum"] = max(FARTHEST, *stated, 0)


def _bound_number(node: dict[str, Any], bounds: _Bounds) -> None:
    _bound_integer(node, bounds)
    stated = [Decimal(str(limit)) for limit in _stated_limits(node)]
    if "multipleOf" not in node and all(limit % Decimal(FINEST) == 0 for limit in stated):
        node["multipleOf"] = float(FINEST)


def _stated_limits(node: Schema) -> list[float]:
    """Draft 4 says of a limit only whether it is exclusive."""
    found = [node[key] for key in _LIMITS if key in node]
    return [limit for limit in found if not isinstance(limit, bool)]


_LIMITS = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")
_BOUND: dict[str, Callable[[dict[str, Any], _Bounds], None]] = {
    "string": _bound_string,
    "array": _bound_array,
    "object": _bound_object,
    "integer": _bound_integer,
    "number": _bound_number,
}


_EVERY_KIND = ("string", "array", "object", "number")
_SHARED = ("string", "integer", "number")
"""Where a schema says no more than such a type, it is compiled once for all places."""


def _open(kind: str) -> str:
    return f"any-bounded-{kind}"


def _any(depth: int) -> str:
    return f"any-{depth}-deep"


def _value(depth: int) -> dict[str, Any]:
    """A value of any kind. It has a name because it stands in many places of one grammar."""
    kinds: list[dict[str, Any]] = [
        {"type": ["null", "boolean"]},
        {"$ref": f"#/$defs/{_open('number')}"},
        {"$ref": f"#/$defs/{_open('string')}"},
    ]
    if depth:
        inner = {"$ref": f"#/$defs/{_any(depth - 1)}"}
        names = {f"^.{{0,{LONGEST_NAME}}}$": inner}
        kinds += [
            {"type": "array", "items": inner, "maxItems": MOST_ITEMS},
            {
                "type": "object",
                "patternProperties": names,
                "additionalProperties": False,
                "maxProperties": MOST_ITEMS,
            },
        ]
    return {"anyOf": kinds}
