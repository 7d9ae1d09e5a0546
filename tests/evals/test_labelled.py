from pathlib import Path

import pytest

from foveal.evals.labelled import read_labelled
from foveal.evals.seeds import CALIBRATED
from foveal.schemas.errors import BadData, BadWorkflow
from foveal.schemas.workflow import LabelDefinition, Workflow

MANIFEST = '{"id": "x", "template": "0001_temp.jpg", "tested": "0001_test.jpg", "labels": []}\n'


def test_boards_are_drawn_good_and_defective_in_turn(workflow: Workflow) -> None:
    labelled = read_labelled("drawn:4", workflow, series=CALIBRATED)

    assert [bool(pair.truths) for pair in labelled.pairs] == [False, True, False, True]
    assert labelled.name == (
        f"2 defective and 2 good parts drawn from seeds [{CALIBRATED}, 0] to [{CALIBRATED}, 3]"
    )


def test_a_folder_laid_out_as_deeppcb_is_read(workflow: Workflow, folder: Path) -> None:
    labelled = read_labelled(str(folder), workflow, series=CALIBRATED)

    assert [pair.name for pair in labelled.pairs] == ["0001", "0002"]
    assert labelled.defective == 1
    assert labelled.name == f"1 defective and 1 good parts of {folder.name}"


def test_a_manifest_is_read(workflow: Workflow, folder: Path) -> None:
    (folder / "parts.jsonl").write_text(MANIFEST)

    labelled = read_labelled(str(folder / "parts.jsonl"), workflow, series=CALIBRATED)

    assert [pair.read()[0].source for pair in labelled.pairs] == ["0001_temp.jpg"]


def test_a_limit_spreads_over_all_there_are(workflow: Workflow, folder: Path) -> None:
    labelled = read_labelled(str(folder), workflow, series=CALIBRATED, limit=1)

    assert [pair.name for pair in labelled.pairs] == ["0002"]


@pytest.mark.parametrize("data", ["drawn:0", "drawn:", "drawn:-4", "none.csv", "notes.txt", ""])
def test_what_holds_no_labelled_parts_is_refused(
    data: str, workflow: Workflow, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    (folder / "notes.txt").write_text(MANIFEST)

    with pytest.raises(BadData, match=r"no labelled parts at .*: give drawn:N, a \.csv or \.jsonl"):
        read_labelled(data, workflow, series=CALIBRATED)


@pytest.mark.parametrize("data", ["drawn:4", "."])
def test_boards_are_refused_by_a_workflow_that_names_things_otherwise(
    data: str, workflow: Workflow, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    labels = [LabelDefinition(name=name, meaning="it") for name in ("scratch", "none")]

    with pytest.raises(BadWorkflow, match="has no labels"):
        read_labelled(data, workflow.model_copy(update={"labels": labels}), series=CALIBRATED)
