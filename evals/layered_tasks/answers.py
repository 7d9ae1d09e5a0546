"""What an answer looks like: its JSON Schema, and how it is read."""

from json import JSONDecodeError, JSONDecoder
from typing import Any, NamedTuple

from jsonschema_rs import validator_for

from foveal.evals.layered_tasks.notation import Notation
from foveal.evals.layered_tasks.task import Question, Value
from foveal.evals.layered_tasks.wordings import description

_MOST = 24
_COUNT = {"type": "integer", "minimum": 0, "maximum": 99}


class Answer(NamedTuple):
    text: str
    """As written."""

    value: dict[str, Value] | None
    """In the terms of the truth; None where the schema does not accept it."""

    refused: str = ""
    """Why nothing was written, where a graph says so."""


def answer_schema(question: Question, notation: Notation) -> dict[str, Any]:
    """Each property says in the question's language what it is."""
    values = {
        "label": {"enum": list(notation.labels)},
        "box": dict(notation.box_schema),
        "found": {"enum": ["yes", "no"]},
        "verdict": {"enum": ["pass", "fail"]},
        "count": _COUNT,
    }

    def exactly(*names: str) -> dict[str, Any]:
        properties = {
            name: values.get(name, _COUNT) | {"description": description(name, question, notation)}
            for name in names
        }
        return {
            "type": "object",
            "properties": properties,
            "required": list(names),
            "additionalProperties": False,
        }

    values["findings"] = {"type": "array", "items": exactly("label", "box"), "maxItems": _MOST}
    match question.kind:
        case "kinds" | "size":
            return exactly("findings")
        case "quarters":
            return exactly("top_left", "top_right", "bottom_left", "bottom_right")
        case "worst":
            return exactly("label", "box")
        case "inside":
            return exactly("found")
        case "report":
            return exactly("verdict", "count", "findings")


def find_json(text: str) -> object:
    """The first object in a text that may say more; None where there is none."""
    start = text.find("{")
    if start < 0:
        return None
    try:
        found: object = JSONDecoder().raw_decode(text, start)[0]
    except (JSONDecodeError, RecursionError):
        return None
    return found


def read_answer(
    said: object, schema: dict[str, Any], notation: Notation
) -> dict[str, Value] | None:
    """In the terms of the truth; None where the schema does not accept it."""
    if not isinstance(said, dict) or not validator_for(schema, offline=True).is_valid(said):
        return None
    return {name: _value(name, value, notation) for name, value in said.items()}


def _value(name: str, said: Any, notation: Notation) -> Value:
    if name == "box":
        return notation.read_box(said)
    if name == "label":
        return notation.labels[said]
    if isinstance(said, list):
        return [{key: _value(key, value, notation) for key, value in item.items()} for item in said]
    return said if isinstance(said, str) else int(said)
