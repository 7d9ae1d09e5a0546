from typing import Any

from foveal.models.subschemas import rewritten


def titled(node: dict[str, Any]) -> dict[str, Any]:
    return {**node, "title": "changed"}


LEAF = {"type": "integer"}
CHANGED = {**LEAF, "title": "changed"}


def test_schemas_are_changed_wherever_they_stand() -> None:
    schema = {
        "items": [LEAF, True],
        "properties": {"items": LEAF, "const": LEAF},
        "dependencies": {"a": ["b"], "c": LEAF},
        "components": {"part": LEAF},
    }
    found = rewritten(schema, titled)
    assert found["items"] == [CHANGED, True]
    assert found["properties"] == {"items": CHANGED, "const": CHANGED}
    assert found["dependencies"] == {"a": ["b"], "c": CHANGED}
    assert found["components"]["part"] == CHANGED
    assert schema["items"] == [LEAF, True]


def test_data_is_no_schema() -> None:
    schema = {"const": {"items": {}}, "enum": [{"not": {}}], "default": {}, "examples": [{}]}
    assert rewritten(schema, titled) == {**schema, "title": "changed"}
