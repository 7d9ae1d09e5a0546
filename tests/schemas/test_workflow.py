"""What a workflow must hold for its graph to make sense."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from foveal.schemas.workflow import Workflow

WRITTEN: dict[str, Any] = {
    "name": "boards",
    "subject": "boards",
    "labels": [
        {"name": "open", "meaning": "cut through"},
        {"name": "none", "meaning": "nothing wrong"},
    ],
    "harmless": "none",
}


def workflow(**changed: object) -> Workflow:
    return Workflow.model_validate_json(json.dumps(WRITTEN | changed))


def test_what_is_not_written_has_a_default() -> None:
    loaded = workflow()

    assert (loaded.graph, loaded.model, loaded.language) == ("compare", "tiny", "en")


def test_the_harmless_label_is_one_of_the_labels() -> None:
    with pytest.raises(ValidationError, match="harmless 'fine' must be one of the labels"):
        workflow(harmless="fine")


def test_every_other_label_is_a_defect() -> None:
    assert workflow().defects == ["open"]


def test_two_labels_cannot_share_a_name() -> None:
    twice = [WRITTEN["labels"][1]] * 2

    with pytest.raises(ValidationError, match="must have distinct names"):
        workflow(labels=twice)


@pytest.mark.parametrize("limits", [[0.8, 0.2], [-0.1, 0.5], [0.5, 1.1]], ids=str)
def test_limits_rise_from_0_to_1(limits: list[float]) -> None:
    with pytest.raises(ValidationError, match=r"review .* must be two rising numbers"):
        workflow(decision={"review": limits})


def test_a_loaded_workflow_never_changes() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        workflow().name = "other"  # type: ignore[misc]  # that is the test


def test_the_hash_does_not_depend_on_the_order_of_keys() -> None:
    reordered = dict(reversed(WRITTEN.items()))

    assert Workflow.model_validate_json(json.dumps(reordered)).sha256 == workflow().sha256


def test_the_hash_does_not_depend_on_whether_a_default_is_written_out() -> None:
    assert workflow(graph="compare", max_regions=200).sha256 == workflow().sha256


def test_the_hash_changes_with_a_rule() -> None:
    assert workflow(decision={"report_at": 0.6}).sha256 != workflow().sha256
