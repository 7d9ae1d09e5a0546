from typing import Any

import pytest
from pydantic import ValidationError

from foveal.schemas.loading import Loading


@pytest.mark.parametrize(
    "wrong",
    [
        {"dtype": "int3"},
        {"quantisation": "int2"},
        {"device_map": "balanced"},
        {"lora": ""},
        {"repeatable": "perhaps"},
        {"device": ""},
        {"devise": "cpu"},
        {"device": "cuda", "device_map": "auto"},
    ],
    ids=str,
)
def test_what_no_model_can_be_loaded_with_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Loading.model_validate(wrong)


def test_what_is_set_takes_the_place_of_what_was() -> None:
    workflow = Loading(device="cuda", quantisation="int8", lora="boards")
    found = workflow.overridden(Loading(dtype="bfloat16", lora="wafers"), same_model=True)
    assert found == Loading(device="cuda", quantisation="int8", lora="wafers", dtype="bfloat16")


def test_a_default_that_is_set_counts() -> None:
    found = Loading(dtype="float16").overridden(Loading(dtype="auto"), same_model=True)
    assert found == Loading()


def test_a_device_replaces_a_device_map_and_the_other_way_round() -> None:
    one, all_of_them = Loading(device="cuda:1", dtype="float16"), Loading(device_map="auto")
    assert one.overridden(all_of_them, same_model=True) == Loading(
        device_map="auto", dtype="float16"
    )
    assert all_of_them.overridden(one, same_model=True) == one


def test_another_model_goes_without_the_adapter() -> None:
    workflow = Loading(quantisation="int8", lora="boards")
    assert workflow.overridden(Loading(), same_model=False) == Loading(quantisation="int8")
