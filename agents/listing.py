"""A list of defects as a model writes it: the JSON Schema it is held to, and how it is read."""

from typing import Any

from jsonschema_rs import validator_for
from pydantic import ValidationError

from foveal.schemas.base import Strict
from foveal.schemas.workflow import Workflow

MOST = 24
"""Findings in a reply about a whole part."""


class Listed(Strict):
    label: str
    """As the model calls it."""

    box: tuple[int, int, int, int]
    """In the model's own coordinates."""


class _List(Strict):
    findings: list[Listed]


def list_schema(workflow: Workflow, *, box: dict[str, Any], most: int = MOST) -> dict[str, Any]:
    """`box` is the JSON Schema of a box as the model writes it."""
    answers = [name for name, label in workflow.answers.items() if label != workflow.harmless]
    finding = exactly({"label": {"enum": answers}, "box": box})
    return exactly({"findings": {"type": "array", "items": finding, "maxItems": most}})


def read_list(text: str, schema: dict[str, Any]) -> list[Listed] | None:
    """None where the text is not a list as `list_schema` allows it."""
    try:
        said = _List.model_validate_json(text)
    except ValidationError:
        return None
    allowed = validator_for(schema, offline=True).is_valid(said.model_dump(mode="json"))
    return said.findings if allowed else None


def exactly(properties: dict[str, Any]) -> dict[str, Any]:
    """JSON Schema of an object with these properties, all of them."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
