import json

import pytest
from jsonschema_rs import validator_for

from foveal.agents.listing import list_schema, read_list
from foveal.schemas.workflow import Workflow

LISTED = '{"findings": [{"label": "open", "box": [1, 2, 1000, 0]}]}'
NOT_LISTS = {
    "cut short": LISTED[:-3],
    "no JSON": "The trace is cut.",
    "another key": '{"defects": []}',
    "a further key": '{"findings": [], "verdict": "fail"}',
    "three corners": '{"findings": [{"label": "open", "box": [1, 2, 3]}]}',
    "beyond 1000": '{"findings": [{"label": "open", "box": [1, 2, 3, 1001]}]}',
    "an unknown label": '{"findings": [{"label": "dent", "box": [1, 2, 3, 4]}]}',
    "the harmless label": '{"findings": [{"label": "none", "box": [1, 2, 3, 4]}]}',
}


def test_a_list_is_read(workflow: Workflow) -> None:
    (item,) = read_list(LISTED, workflow) or []

    assert (item.label, item.box) == ("open", (1, 2, 1000, 0))


def test_a_part_without_defects_has_an_empty_list(workflow: Workflow) -> None:
    assert read_list('{"findings": []}', workflow) == []


@pytest.mark.parametrize("text", NOT_LISTS.values(), ids=NOT_LISTS)
def test_what_is_no_such_list_is_not_read(text: str, workflow: Workflow) -> None:
    assert read_list(text, workflow) is None


@pytest.mark.parametrize("text", [LISTED, *list(NOT_LISTS.values())[2:]])
def test_the_schema_allows_what_can_be_read_and_nothing_else(text: str, workflow: Workflow) -> None:
    allowed = validator_for(list_schema(workflow)).is_valid(json.loads(text))

    assert allowed == (read_list(text, workflow) is not None)
