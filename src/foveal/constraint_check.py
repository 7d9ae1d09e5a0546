"""Whether a constraint's JSON Schema speaks of what findings have: their fields and labels."""

from collections import deque
from collections.abc import Iterator
from types import UnionType
from typing import Any, get_args

from jsonschema_rs import ValidationError, validator_for
from pydantic import BaseModel

from foveal.schemas.errors import BadLabel, BadWorkflow
from foveal.schemas.finding import Finding
from foveal.schemas.glossary import Glossary
from foveal.schemas.pointer import steps_of
from foveal.schemas.workflow import Workflow
from foveal.wording import suggest

_ONE = ("not", "if", "then", "else")
_MANY = ("allOf", "anyOf", "oneOf")
"""Under these stand schemas of the same value."""


def check_fields(schema: dict[str, Any], place: str) -> None:
    """A field that no finding has would be satisfied always, or never."""
    _check_fields(schema, Finding, schema, place, called="finding")


def _check_fields(
    schema: object, kind: type[BaseModel], root: dict[str, Any], place: str, *, called: str
) -> None:
    for part in _parts(schema, root):
        for field in _fields(part):
            if field not in kind.model_fields:
                raise BadWorkflow(
                    f"{place} names {field!r}, which no {called} has",
                    fix=suggest(field, kind.model_fields),
                )
        for field, below in part.get("properties", {}).items():
            for inner in _models_in(kind.model_fields[field].annotation):
                _check_fields(below, inner, root, place, called=field)


def _models_in(annotation: object) -> list[type[BaseModel]]:
    """Whose fields a value itself may have; those of a list's entries are not looked at."""
    kinds = get_args(annotation) if isinstance(annotation, UnionType) else (annotation,)
    return [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]


def _fields(part: dict[str, Any]) -> Iterator[str]:
    yield from part.get("properties", ())
    yield from part.get("required", ())
    for field, others in part.get("dependentRequired", {}).items():
        yield from (field, *others)


def check_labels(schema: dict[str, Any], glossary: Glossary, place: str) -> None:
    """Findings carry the one term of their label, so another name would match none."""
    for part in _parts(schema, schema):
        label = part.get("properties", {}).get("label")
        for known in _parts(label, schema):
            for name in (*known.get("enum", ()), *_const(known)):
                _check_label(name, glossary, place)


def check_possible(schema: dict[str, Any], workflow: Workflow, place: str) -> None:
    """What takes out every finding would let every part pass."""
    if workflow.scale is None and "size_mm" in schema.get("required", ()):
        raise BadWorkflow(
            f"{place} requires a size_mm, which no finding has without a scale",
            fix="give scale: {px_per_mm: …}, or take it out of required",
        )
    alone = {name: known for name, known in schema.items() if name in ("$defs", "definitions")}
    alone["properties"] = {"label": schema.get("properties", {}).get("label", True)}
    try:
        rule = validator_for(alone, offline=True)
    except ValidationError:  # it refers to a part that was left out
        return
    if not any(rule.is_valid({"label": name}) for name in workflow.defects):
        raise BadWorkflow(
            f"{place} lets no defect through, so that every part would pass",
            fix=f"allow one of {', '.join(workflow.defects)}",
        )


def _check_label(name: object, glossary: Glossary, place: str) -> None:
    try:
        term = glossary.term(str(name))
    except BadLabel as error:
        raise BadWorkflow(f"{place}: {error.what}", fix=error.fix) from error
    if term != name:
        raise BadWorkflow(f"{place}: findings are not labelled {name!r}", fix=f"write {term!r}")


def _const(schema: dict[str, Any]) -> list[object]:
    return [schema["const"]] if "const" in schema else []


def _parts(schema: object, root: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schema and all that apply to the same value; each reference is followed once."""
    waiting, followed = deque([schema]), set()
    while waiting:
        part = waiting.popleft()
        if not isinstance(part, dict):
            continue
        yield part
        waiting += [part.get(key) for key in _ONE]
        waiting += [below for key in _MANY for below in part.get(key, ())]
        reference = part.get("$ref")
        if isinstance(reference, str) and reference.startswith("#") and reference not in followed:
            followed.add(reference)
            waiting.append(_found(reference, root))


def _found(reference: str, root: dict[str, Any]) -> object:
    """By a JSON pointer; None for an anchor."""
    found: object = root
    for step in steps_of(reference.removeprefix("#")):
        found = found.get(step) if isinstance(found, dict) else None
    return found
