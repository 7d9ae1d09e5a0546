"""What a workflow must hold for its graph to make sense."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from foveal.schemas.errors import BadWorkflow
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


@pytest.mark.parametrize(
    "changed",
    [
        {"looks": {"closer": [0]}},
        {"looks": {"closer": [-1.2]}},
        {"verification": {"votes": [0.01]}},
    ],
    ids=str,
)
def test_a_view_shows_something(changed: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="greater than or equal"):
        workflow(**changed)


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


CHINESE: list[dict[str, Any]] = [
    {
        "name": "open",
        "meaning": "cut through",
        "aliases": ["open circuit"],
        "translations": {"zh": {"name": "断路", "meaning": "铜被切断"}},
    },
    {
        "name": "none",
        "meaning": "nothing wrong",
        "translations": {"zh": {"name": "正常", "meaning": "没有缺陷"}},
    },
]


def test_the_model_answers_in_the_language_it_is_asked_in() -> None:
    english = workflow(labels=CHINESE)

    assert english.answers == {"open": "open", "none": "none"}
    assert english.in_language("zh").answers == {"断路": "open", "正常": "none"}
    assert workflow(labels=CHINESE, language="zh").answers == english.in_language("zh").answers


def test_without_translations_labels_are_asked_as_they_are_written() -> None:
    assert workflow(language="zh").answers == {"open": "open", "none": "none"}


def test_a_label_that_lacks_a_translation_others_have_is_named() -> None:
    with pytest.raises(ValidationError, match=r"labels \['none'\] must have a translation in 'zh'"):
        workflow(labels=[CHINESE[0], WRITTEN["labels"][1]])


def test_a_translation_cannot_be_a_name_of_another_label() -> None:
    twice = [CHINESE[0], CHINESE[1] | {"aliases": ["断路"]}]

    with pytest.raises(ValidationError, match="'断路' names the labels 'open' and 'none'"):
        workflow(labels=twice)


def test_a_text_must_be_given_in_the_language_of_the_workflow() -> None:
    sentence = {"sentence": {"zh": "不要报告灰尘。"}}

    with pytest.raises(ValidationError, match=r"constraints\[0\].sentence must be given in 'en'"):
        workflow(constraints=[sentence])


def test_a_workflow_is_not_asked_in_a_language_it_lacks() -> None:
    said = workflow(subject={"en": "boards"})

    with pytest.raises(BadWorkflow, match="not all in 'zh': add to it subject, label open, label"):
        said.in_language("zh")


def test_the_hash_changes_with_the_language() -> None:
    asked = workflow(labels=CHINESE)

    assert asked.in_language("zh").sha256 != asked.sha256 == asked.in_language("en").sha256
