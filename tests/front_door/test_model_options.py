"""Every command that runs a model takes the same options for it."""

from inspect import signature

import pytest
from typer.testing import CliRunner

from foveal.commands import app
from foveal.model_choice import ModelChoice
from foveal.model_options import choose_model
from foveal.schemas.errors import BadWorkflow
from foveal.schemas.loading import Loading


def test_the_command_line_offers_whatever_a_workflow_says_of_loading() -> None:
    *others, server = Loading.model_fields
    assert server == "server"
    offered = ["model", *others, "base_url", "coordinates"]
    assert list(signature(choose_model).parameters) == offered


@pytest.mark.parametrize("command", ["compare", "run", "doctor", "eval"])
def test_every_command_that_runs_a_model_shows_the_options(command: str) -> None:
    shown = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "120"})
    for option in (
        "--model",
        "--device",
        "--device-map",
        "--dtype",
        "--quantisation",
        "--lora",
        "--repeatable",
        "--base-url",
    ):
        assert option in shown.output


def test_only_what_is_given_takes_the_place_of_the_workflow() -> None:
    assert choose_model() == ModelChoice()
    assert choose_model(model="tiny") == ModelChoice("tiny")
    loading = choose_model(dtype="float32", lora="boards").loading
    assert loading is not None
    assert loading.model_fields_set == {"dtype", "lora"}


def test_options_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(BadWorkflow, match="give device 'cuda' or a device_map, not both"):
        choose_model(device="cuda", device_map="auto")
