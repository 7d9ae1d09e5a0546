"""A run is run again from what it keeps, and the first difference from its record is named."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from foveal.agents.scripted import ScriptedModel
from foveal.api import compare, replay
from foveal.commands import app
from foveal.deciding import read_decision
from foveal.models.protocol import ChooseRequest
from foveal.replaying import Replay
from foveal.reviewing import decide
from foveal.schemas.errors import BadRecord
from foveal.schemas.workflow import Document
from foveal.workflow_file import load_workflow

Boards = tuple[Path, Path]


def answering(share: float) -> ScriptedModel:
    """As sure of the first answer."""

    def choose(request: ChooseRequest) -> dict[str, float]:
        first, *others = request.answers
        return {first: share, **dict.fromkeys(others, (1 - share) / len(others))}

    return ScriptedModel(choosing=choose)


@pytest.fixture
def run(boards: Boards, tmp_path: Path) -> Path:
    compare(*boards, out=tmp_path / "run", model=answering(0.9))
    return tmp_path / "run"


def records(run: Path) -> int:
    return len((run / "ledger.jsonl").read_text().splitlines())


def test_the_same_model_says_the_same_and_nothing_is_written(run: Path) -> None:
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    assert replay(run, model=answering(0.9)) == Replay(records(run) - 2, None)
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before


def test_a_run_that_wrote_a_document_is_replayed_with_it(boards: Boards, tmp_path: Path) -> None:
    asked = Document(schema={"const": "seen"}, instruction="Write.")
    workflow = load_workflow("board-compare").model_copy(
        update={"document": asked, "calibration": {}}
    )
    model = ScriptedModel(choosing=answering(0.9).choosing, writing=lambda _: '"seen"')
    assert compare(*boards, out=tmp_path / "run", workflow=workflow, model=model).document == "seen"

    assert replay(tmp_path / "run", model=model).difference is None


def test_numbers_that_only_round_otherwise_are_the_same(run: Path) -> None:
    assert replay(run, model=answering(0.9004)).difference is None


def test_the_first_answer_that_differs_is_named(run: Path) -> None:
    found = replay(run, model=answering(0.7)).difference
    assert found is not None
    assert found.record is not None
    line = (run / "ledger.jsonl").read_text().splitlines()[found.record - 1]
    assert json.loads(line)["kind"] == "choose"
    assert found.place.startswith("choose/data/answers/")
    assert (round(found.was, 3), round(found.now, 3)) == (0.017, 0.05)


def test_a_report_that_was_changed_is_nothing_to_compare_with(run: Path) -> None:
    report = run / "report.json"
    report.write_text(report.read_text().replace('"fail"', '"pass"'))
    with pytest.raises(BadRecord, match="has no report as the run wrote it"):
        replay(run, model=answering(0.9))


def test_other_weights_differ_from_the_start(run: Path) -> None:
    other = answering(0.9)
    other.revision = "1" * 64
    found = replay(run, model=other).difference
    assert found is not None
    assert found.place == "model/data/revision"


def test_what_a_person_decided_is_not_asked_again(boards: Boards, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shipped = load_workflow("board-compare")
    unsure = shipped.decision.model_copy(update={"review": (0.0, 1.0)})
    workflow = shipped.model_copy(update={"decision": unsure, "calibration": {}})
    report = compare(*boards, out=run, workflow=workflow, model=answering(0.4))
    assert report.verdict == "review"
    assert replay(run, model=answering(0.4)).difference is None
    decision = read_decision(accept=False, reject=True, relabel=None, by="M. Lee", reason="dust")
    assert decision is not None
    decide(run, None, decision)
    assert replay(run, model=answering(0.4)).difference is None


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRecord, match="holds no run"):
        replay(tmp_path, model=answering(0.9))


def test_the_command_says_what_differs(boards: Boards, tmp_path: Path) -> None:
    run = tmp_path / "real"
    compare(*boards, out=run)
    said = CliRunner().invoke(app, ["replay", str(run)])
    assert (said.exit_code, said.output[:9]) == (0, "The same:")
