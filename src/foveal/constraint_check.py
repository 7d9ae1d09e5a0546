"""Whether a constraint's JSON Schema speaks of what findings have: their fields and labels."""

from collections.abc import Iterator
from typing import Any

from foveal.schemas.errors import BadLabel, BadWorkflow
from foveal.schemas.finding import Finding
from foveal.schemas.glossary import Glossary
from foveal.wording import suggest

_ONE = ("not", "if", "then", "else")
_MANY = ("allOf", "anyOf", "oneOf")
"""Under these stand schemas of the same value."""


def check_fields(schema: dict[str, Any], place: str) -> None:
    """A field that no finding has would be satisfied always, or never."""
    for part in _parts(schema, schema):
        for field in (*part.get("properties", ()), *part.get("required", ())):
            if field not in Finding.model_fields:
                raise BadWorkflow(
                    f"{place} names {field!r}, which no finding has",
                    fix=suggest(field, Finding.model_fields),
                )


def check_labels(schema: dict[str, Any], glossary: Glossary, place: str) -> None:
    """Findings carry the one term of their label, so another name would match none."""
    for part in _parts(schema, schema):
        label = part.get("properties", {}).get("label")
        for known in _parts(label, schema):
            for name in (*known.get("enum", ()), *_const(known)):
                _check_label(name, glossary, place)


def _check_label(name: object, glossary: Glossary, place: str) -> None:
    try:
        term = glossary.term(str(name))
    except BadLabel as error:
        raise BadWorkflow(f"{place}: {error.what}", fix=error.fix) from error
    if term != name:
        raise BadWorkflow(f"{place}: findings are not labelled {name!r}", fix=f"write {term!r}")


def _const(schema: dict[str, Any]) -> list[object]:
    return [schema["const"]] if "const" in schema else []


def _parts(schema: object, root: dict[str, Any], within: tuple[str, ...] = ()) -> Iterator[Any]:
    """The schema and all that it applies to the same value; `within` are references followed."""
    if not isinstance(schema, dict):
        return
    yield schema
    below = [schema.get(key) for key in _ONE]
    below += [part for key in _MANY for part in schema.get(key, ())]
    for part in below:
        yield from _parts(part, root, within)
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference.startswith("#") and reference not in within:
        yield from _parts(_found(reference, root), root, (*within, reference))


def _found(reference: str, root: dict[str, Any]) -> object:
    """By a JSON pointer (RFC 6901); None for an anchor."""
    found: object = root
    for step in reference.removeprefix("#").split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        found = found.get(key) if isinstance(found, dict) else None
    return found
