import json
from typing import Any

import pytest
from jsonschema_rs import validator_for

from foveal.agents.listing import list_schema, read_list
from foveal.models.coordinates import Coordinates
from foveal.schemas.workflow import Workflow

LISTED = '{"findings": [{"label": "open", "box": [1, 2, 1000, 0]}]}'
NOT_LISTS = {
    "cut short": LISTED[:-3],
    "no JSON": "The trace is cut.",
    "another key": '{"defects": []}',
    "a further key": '{"findings": [], "verdict": "fail"}',
    "three corners": '{"findings": [{"label": "open", "box": [1, 2, 3]}]}',
    "beyond 1000": '{"findings": [{"label": "open", "box": [1, 2, 3, 1001]}]}',
    "more findings than asked for": json.dumps({"findings": 25 * json.loads(LISTED)["findings"]}),
    "an unknown label": '{"findings": [{"label": "dent", "box": [1, 2, 3, 4]}]}',
    "the harmless label": '{"findings": [{"label": "none", "box": [1, 2, 3, 4]}]}',
}


@pytest.fixture
def schema(workflow: Workflow) -> dict[str, Any]:
    return list_schema(workflow, box=Coordinates().box_schema(size=(256, 256)))


def test_a_list_is_read(schema: dict[str, Any]) -> None:
    (item,) = read_list(LISTED, schema) or []

    assert (item.label, item.box) == ("open", (1, 2, 1000, 0))


def test_a_part_without_defects_has_an_empty_list(schema: dict[str, Any]) -> None:
    assert read_list('{"findings": []}', schema) == []


@pytest.mark.parametrize("text", NOT_LISTS.values(), ids=NOT_LISTS)
def test_what_is_no_such_list_is_not_read(text: str, schema: dict[str, Any]) -> None:
    assert read_list(text, schema) is None


@pytest.mark.parametrize("text", [LISTED, *list(NOT_LISTS.values())[2:]])
def test_the_schema_allows_what_can_be_read_and_nothing_else(
    text: str, schema: dict[str, Any]
) -> None:
    allowed = validator_for(schema).is_valid(json.loads(text))

    assert allowed == (read_list(text, schema) is not None)
