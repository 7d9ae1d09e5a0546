"""A list of defects as a model writes it: the JSON Schema it is held to, and how it is read."""

from typing import Annotated, Any

from pydantic import Field, ValidationError

from foveal.schemas.base import Strict
from foveal.schemas.workflow import Workflow

_MOST = 24
"""Findings in a reply."""

_Thousandth = Annotated[int, Field(ge=0, le=1000)]


class Listed(Strict):
    label: str
    box: tuple[_Thousandth, _Thousandth, _Thousandth, _Thousandth]
    """x1, y1, x2, y2 from 0 to 1000 of the picture's sides; corners in any order."""


class _List(Strict):
    findings: list[Listed]


def list_schema(workflow: Workflow) -> dict[str, Any]:
    number = {"type": "integer", "minimum": 0, "maximum": 1000}
    box = {"type": "array", "items": number, "minItems": 4, "maxItems": 4}
    finding = _exactly({"label": {"enum": _labels(workflow)}, "box": box})
    return _exactly({"findings": {"type": "array", "items": finding, "maxItems": _MOST}})


def read_list(text: str, workflow: Workflow) -> list[Listed] | None:
    """None where the text is not such a list."""
    try:
        findings = _List.model_validate_json(text).findings
    except ValidationError:
        return None
    known = set(_labels(workflow))
    return findings if known.issuperset(item.label for item in findings) else None


def _labels(workflow: Workflow) -> list[str]:
    return [label.name for label in workflow.labels if label.name != workflow.harmless]


def _exactly(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
