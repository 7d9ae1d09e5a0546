"""Which model answers: the workflow's, or what stands in its place."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from foveal.model_choice import ModelChoice
from foveal.schemas.errors import BadModel, BadWorkflow
from foveal.schemas.loading import Loading
from foveal.schemas.workflow import Workflow
from foveal.workflow_file import load_workflow


@pytest.fixture
def workflow() -> Workflow:
    rules = load_workflow("board-compare")
    loading = Loading(device="cpu", lora="boards")
    return rules.model_copy(update={"model": "somewhere", "loading": loading})


def test_the_workflow_says_which_model_and_how(workflow: Workflow) -> None:
    assert ModelChoice().for_workflow(workflow) == ModelChoice("somewhere", workflow.loading)


def test_an_option_replaces_only_its_own(workflow: Workflow) -> None:
    chosen = ModelChoice(loading=Loading(dtype="bfloat16")).for_workflow(workflow)
    assert chosen.name == "somewhere"
    assert chosen.loading == Loading(device="cpu", lora="boards", dtype="bfloat16")


def test_another_model_goes_without_the_adapter_of_the_workflow(workflow: Workflow) -> None:
    assert ModelChoice("tiny").for_workflow(workflow) == ModelChoice("tiny", Loading(device="cpu"))


def test_an_adapter_that_is_not_there_is_refused_before_torch_is_imported(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from foveal.model_choice import ModelChoice\n"
        "from foveal.schemas.errors import BadModel\n"
        "from foveal.schemas.loading import Loading\n"
        "try:\n    ModelChoice('tiny', Loading(lora=sys.argv[1])).find()\n"
        "except BadModel:\n    print('torch' in sys.modules)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    ended = subprocess.run(
        command,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout == "False\n"


def test_a_workflow_file_says_how_its_model_is_loaded(tmp_path: Path) -> None:
    shipped = Path("workflows/board-compare.yaml").read_text(encoding="utf-8")
    file = tmp_path / "mine.yaml"
    file.write_text(shipped + "loading:\n  device: cpu\n  quantisation: int8\n", encoding="utf-8")
    assert load_workflow(file).loading == Loading(device="cpu", quantisation="int8")
    file.write_text(shipped + "loading:\n  quantization: int8\n", encoding="utf-8")
    with pytest.raises(BadWorkflow, match=r"unknown key.*in loading: did you mean 'quantisation'"):
        load_workflow(file)


def test_a_model_that_is_not_there_is_refused(workflow: Workflow) -> None:
    with pytest.raises(BadModel, match="there is no model"):
        ModelChoice("./none").for_workflow(workflow).find()


def test_a_workflow_is_given_the_chosen_model_in_the_place_of_its_own(workflow: Workflow) -> None:
    given = ModelChoice("tiny", Loading(dtype="bfloat16")).put_into(workflow)

    assert (given.model, given.loading.dtype) == ("tiny", "bfloat16")
    assert (
        given.model_copy(update={"model": workflow.model, "loading": workflow.loading}) == workflow
    )
