"""What a workflow's schema cannot say: its parts must work, and its calibration be its own."""

from typing import Any

import numpy as np
from jsonschema_rs import ValidationError, validator_for

from foveal.agents.briefs import brief_for, claim_brief_for
from foveal.agents.calibration import require_rules
from foveal.agents.facts import Defect, Facts
from foveal.agents.instructions import ALONE, TOLD, Brief
from foveal.constraint_check import check_fields, check_labels, check_possible
from foveal.document_check import check_document
from foveal.models.protocol import Picture
from foveal.schemas.box import Box
from foveal.schemas.errors import BadWorkflow
from foveal.schemas.workflow import Agent, Workflow

_PICTURES = [Picture(name, np.zeros((1, 1), np.uint8)) for name in "AB"]

_DEFECT = Defect("open", Box(0, 0, 1, 1), 0.1, 0.9)
_TOLD = {
    "facts": Facts("fail", (_DEFECT,), ("open",), "part.png", (9, 9), "boards", 1.0),
    "instruction": "Write the report.",
    "properties": "- count (integer)",
}
"""What the reporter's layers may name besides."""

_BROKEN = (ArithmeticError, LookupError, MemoryError, TypeError, ValueError)
"""What the expressions in a template raise, beside jinja2's own errors."""


def check(workflow: Workflow, *, source: str) -> None:
    """Raises BadWorkflow with the place in `source` of what is wrong."""
    for index, constraint in enumerate(workflow.constraints):
        if constraint.finding is not None:
            place = f"{source}: constraints[{index}].finding"
            _check_schema(constraint.finding, place)
            check_fields(constraint.finding, place)
            check_labels(constraint.finding, workflow.glossary, place)
            check_possible(constraint.finding, workflow, place)
    for role in workflow.instructions:
        _check_instructions(role, workflow, f"{source}: instructions.{role}")
    if workflow.document is not None:
        check_document(workflow.document, workflow, f"{source}: document")
    require_rules(workflow, source=source)


def _check_schema(schema: dict[str, Any], place: str) -> None:
    """Offline also refuses a `$ref` to elsewhere, which would be fetched while running."""
    try:
        validator_for(schema, offline=True)
    except ValidationError as error:
        raise BadWorkflow(
            f"{place} is no JSON Schema ({error.message})", fix="correct the schema"
        ) from error


def _check_instructions(role: Agent, workflow: Workflow, place: str) -> None:
    try:
        brief = _brief(role, workflow)
        if role not in TOLD:
            brief.conversation(_PICTURES[:1] if role in ALONE else _PICTURES)
    except BadWorkflow as error:
        raise BadWorkflow(f"{place}: {error.what}", fix=error.fix) from error
    except _BROKEN as error:
        raise BadWorkflow(
            f"{place} cannot be filled in ({error})", fix="correct the template"
        ) from error


def _brief(role: Agent, workflow: Workflow) -> Brief:
    if role in ("confirm", "verify"):
        return claim_brief_for(role, workflow, label=workflow.defects[0])
    if role == "report":
        return brief_for(role, workflow, **_TOLD)
    if role == "explore":
        return brief_for(role, workflow, width=1, height=1)
    return brief_for(role, workflow)
