from collections.abc import Callable
from typing import Any

import pytest

from foveal.models.dialect import in_dialect
from foveal.models.masks import Masks
from foveal.models.protocol import Grammar, JsonSchema

Takes = Callable[[Grammar, str], bool]

PAIR = [{"type": "integer"}, {"type": "null"}]
NODE = {
    "type": "object",
    "properties": {"next": {"$ref": "#", "type": "object", "description": "ignored"}},
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("uri", "tuples"),
    [
        ("https://json-schema.org/draft-07/schema", "items"),
        ("http://json-schema.org/draft-04/schema", "items"),
        ("http://json-schema.org/draft/2019-09/schema#", "items"),
        ("https://json-schema.org/draft/2020-12/schema#", "prefixItems"),
    ],
)
def test_a_draft_is_known_however_it_is_spelt(takes: Takes, uri: str, tuples: str) -> None:
    schema = {"$schema": uri, "type": "array", tuples: PAIR, "minItems": 2, "maxItems": 2}
    assert takes(JsonSchema(schema), "[1,null]")
    assert not takes(JsonSchema(schema), "[null,1]")


def test_a_size_may_be_written_with_a_point(takes: Takes) -> None:
    schema = {"type": "array", "items": {"type": "integer"}, "minItems": 1.0, "maxItems": 2.0}
    assert takes(JsonSchema(schema), "[1,2]")
    assert not takes(JsonSchema(schema), "[]")


@pytest.mark.parametrize("draft", ["04", "06", "07"])
def test_up_to_draft_7_a_reference_stands_for_all_beside_it(masks: Masks, draft: str) -> None:
    schema = {"$schema": f"http://json-schema.org/draft-{draft}/schema#", **NODE}
    assert not masks.start(JsonSchema(schema)).lenient


def test_since_draft_2019_what_stands_beside_a_reference_counts() -> None:
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2019-09/schema",
        "$ref": "#/$defs/a",
        "maximum": 3,
        "$defs": {"a": {"type": "integer"}},
    }
    assert in_dialect(schema) == schema
