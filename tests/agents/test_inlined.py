from typing import Any

import pytest

from foveal.agents.inlined import inlined
from foveal.schemas.errors import BadWorkflow


def test_references_are_replaced_by_what_they_name() -> None:
    schema = {
        "$defs": {"n": {"type": "integer"}, "both": {"items": {"$ref": "#/$defs/n"}}},
        "properties": {
            "a": {"$ref": "#/$defs/n", "description": "how many"},
            "b": {"$ref": "#/$defs/both"},
        },
    }

    assert inlined(schema) == {
        "properties": {
            "a": {"type": "integer", "description": "how many"},
            "b": {"items": {"type": "integer"}},
        }
    }


def test_data_that_looks_like_a_reference_is_left_alone() -> None:
    schema = {"const": {"$ref": "#/nowhere"}}

    assert inlined(schema) == schema


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "elsewhere": ({"$ref": "other.json"}, "names 'other.json', which is not in it"),
    "nowhere": ({"$ref": "#/$defs/x"}, "names '#/\\$defs/x', which is not in it"),
    "itself": ({"items": {"$ref": "#"}}, "holds '#' inside itself"),
    "a fan": (
        {"$ref": "#/$defs/0", "$defs": {
            f"{n}": {"anyOf": [{"$ref": f"#/$defs/{n + 1}"}] * 2} for n in range(30)
        } | {"30": {}}},
        "has too many places",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("schema", "said"), REFUSED.values(), ids=REFUSED)
def test_a_schema_that_cannot_be_laid_out_is_refused(schema: dict[str, Any], said: str) -> None:
    with pytest.raises(BadWorkflow, match=said):
        inlined(schema)
