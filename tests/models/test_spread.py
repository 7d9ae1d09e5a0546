"""Where layers lie is given here, since a test cannot count on two accelerators."""

from pathlib import Path

import pytest
import torch
from transformers import AutoModelForImageTextToText

from foveal.models.qwen3_vl import Qwen3VL
from foveal.models.spread import join_devices
from foveal.schemas.errors import BadModel

IDS = torch.arange(20)[None]


@pytest.fixture
def model(checkpoint: Path) -> Qwen3VL:
    loaded: Qwen3VL = AutoModelForImageTextToText.from_pretrained(checkpoint)
    return loaded


def test_a_model_that_is_spread_answers_as_before(model: Qwen3VL) -> None:
    before = model.model(input_ids=IDS).last_hidden_state
    model.hf_device_map = {"model.visual": 0, "model.language_model": 1}
    join_devices(model, name="large")
    after = model.model(input_ids=IDS)
    assert torch.equal(after.last_hidden_state, before)
    assert after.past_key_values.get_seq_length() == 20


@pytest.mark.parametrize("outside", ["cpu", "disk"])
def test_layers_outside_the_accelerators_are_refused(model: Qwen3VL, outside: str) -> None:
    model.hf_device_map = {"model.visual": 0, "model.language_model": outside}
    with pytest.raises(BadModel, match="'large' does not fit on the accelerators here: quantise"):
        join_devices(model, name="large")


def test_a_model_in_one_place_is_left_as_it_is(model: Qwen3VL) -> None:
    model.hf_device_map = {"": "cpu"}
    join_devices(model, name="small")
    assert not hasattr(model.model, "_hf_hook")
