"""Whether a document can be written at all: under its schema, and from what a run finds."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from jsonschema_rs import validator_for

from foveal.agents.inlined import inlined
from foveal.models.schema_check import check_size, checked_validator
from foveal.schemas.errors import BadWorkflow
from foveal.schemas.pointer import below
from foveal.schemas.workflow import Document, Workflow


def check_document(document: Document, workflow: Workflow, place: str) -> None:
    """Raises BadWorkflow with the place of what is wrong."""
    schema = document.json_schema
    try:
        check_size(schema)
        checked_validator(schema)
        whole = inlined(schema)
    except BadWorkflow as error:
        raise BadWorkflow(f"{place}.schema: {error.what}", fix=error.fix) from error
    dialect = {key: schema[key] for key in ("$schema",) if key in schema}
    for pointer, found in _required(whole, ""):
        node = dialect | dict(found)
        if _is_number(node) and not _can_be_given(node, workflow):
            raise BadWorkflow(
                f"{place}.schema asks at {pointer or '/'!r} for a number that no finding or count "
                "can be",
                fix="widen its limits: counts go from 0 to max_regions, sizes and shares from 0",
            )


def _required(node: Any, pointer: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Values that every document under the schema holds."""
    if isinstance(node, Mapping):
        yield pointer, node
        for name in node.get("required", ()):
            yield from _required(node.get("properties", {}).get(name), below(pointer, name))


def _is_number(node: Mapping[str, Any]) -> bool:
    return node.get("type") in ("integer", "number")


def _can_be_given(node: dict[str, Any], workflow: Workflow) -> bool:
    allowed = validator_for(node, offline=True)
    return "const" in node or any(allowed.is_valid(value) for value in _given(node, workflow))


def _given(node: Mapping[str, Any], workflow: Workflow) -> Iterator[float]:
    """Counts, then shares in hundredths; a size can be any number that is not negative."""
    yield from range(workflow.max_regions + 1)
    yield from (hundredths / 100 for hundredths in range(101))
    if workflow.scale is not None:
        named = (node.get(key) for key in ("minimum", "maximum"))
        above = (node[key] + 0.001 for key in ("exclusiveMinimum",) if key in node)
        limits = chain(named, above, node.get("enum", ()))
        yield from (limit for limit in limits if isinstance(limit, int | float) and limit >= 0)
