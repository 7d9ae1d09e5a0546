"""Runs that end in review wait for a person, and what one decides is part of the record."""

import json
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from typer.testing import CliRunner

from foveal.agents.scripted import ScriptedModel
from foveal.api import batch, compare
from foveal.auditing import audit
from foveal.commands import app
from foveal.deciding import read_decision
from foveal.evals.manifest import read_manifest
from foveal.models.protocol import ChooseRequest
from foveal.records.folder import LOCK
from foveal.reviewing import decide, waiting, write_labelled
from foveal.schemas.decision import Decision
from foveal.schemas.errors import BadData, BadLabel, BadOutput, BadRecord, BadWorkflow
from foveal.schemas.report import Report
from foveal.schemas.workflow import Document, Workflow
from foveal.workflow_file import load_workflow

Boards = tuple[Path, Path]


def undecided(request: ChooseRequest) -> dict[str, float]:
    first, *others = request.answers
    return {first: 0.5, **dict.fromkeys(others, 0.5 / len(others))}


@pytest.fixture
def workflow() -> Workflow:
    """Whatever the model finds goes to a person."""
    shipped = load_workflow("board-compare").model_copy(update={"calibration": {}})
    limits = shipped.decision.model_copy(update={"review": (0.0, 1.0)})
    return shipped.model_copy(update={"decision": limits})


@pytest.fixture
def run(boards: Boards, workflow: Workflow, tmp_path: Path) -> Path:
    out = tmp_path / "run"
    model = ScriptedModel(choosing=undecided)
    report = compare(*boards, out=out, workflow=workflow, model=model)
    assert report.verdict == "review"
    assert report.findings
    return out


def decided(**given: Any) -> Decision:
    said = {"accept": False, "reject": False, "relabel": None, "by": "M. Lee", "reason": "seen"}
    decision = read_decision(**said | given)
    assert decision is not None
    return decision


def test_a_document_of_what_stood_before_is_withdrawn(
    boards: Boards, workflow: Workflow, tmp_path: Path
) -> None:
    asked = Document(schema={"const": "seen"}, instruction="Write.")
    documented = workflow.model_copy(update={"document": asked})
    run = tmp_path / "run"
    model = ScriptedModel(choosing=undecided, writing=lambda _: '"seen"')
    report = compare(*boards, out=run, workflow=documented, model=model)
    assert (report.verdict, report.document) == ("review", "seen")
    assert (run / "document.json").exists()

    decide(run, None, decided(reject=True))

    assert report_in(run).document is None
    assert not (run / "document.json").exists()
    assert audit(run).runs == 1


def report_in(run: Path) -> Report:
    return Report.model_validate_json((run / "report.json").read_bytes())


def test_a_run_in_review_waits(run: Path) -> None:
    (known,) = waiting(run)
    assert (known.item, known.run) == ("run", run)
    assert (run / "checkpoints.sqlite").exists()


@pytest.mark.parametrize(("choice", "verdict"), [("accept", "fail"), ("reject", "pass")])
def test_a_decision_completes_the_report(choice: str, verdict: str, run: Path) -> None:
    before = report_in(run)
    decide(run, None, decided(**{choice: True}))
    after = report_in(run)
    assert after.verdict == verdict
    assert after.reason == "M. Lee decided: seen"
    assert after.decided is not None
    assert after.decided.was == before.reason
    assert len(after.findings) == (len(before.findings) if choice == "accept" else 0)
    assert len(after.findings) + len(after.removed) == len(before.findings)
    assert "M. Lee" in (run / "report.html").read_text()
    assert waiting(run) == []
    assert not list(run.glob("checkpoints*"))


def test_a_finding_is_called_by_another_name_in_any_language(run: Path) -> None:
    decide(run, None, decided(relabel=["1=短路"]))
    assert report_in(run).findings[0].label == "short"
    assert report_in(run).verdict == "fail"


def test_a_part_whose_findings_are_all_called_harmless_passes(run: Path) -> None:
    numbers = range(1, len(report_in(run).findings) + 1)
    decide(run, None, decided(relabel=[f"{number}=none" for number in numbers]))
    assert report_in(run).verdict == "pass"
    assert report_in(run).findings == []


def test_a_decision_is_in_the_ledger_and_the_run_still_verifies(run: Path) -> None:
    decide(run, None, decided(reject=True))
    lines = [json.loads(line) for line in (run / "ledger.jsonl").read_text().splitlines()]
    reported, decision, again = lines[-3:]
    assert reported["data"]["verdict"] == "review"
    assert (decision["kind"], decision["data"]["by"]) == ("decision", "M. Lee")
    assert again["data"]["verdict"] == "pass"
    audit(run)


@pytest.mark.parametrize(
    ("labels", "why"), [(["9=short"], "no finding 9"), (["1=shrot"], "no label is called")]
)
def test_a_decision_about_what_is_not_there_changes_nothing(
    labels: list[str], why: str, run: Path
) -> None:
    before = (run / "ledger.jsonl").read_bytes()
    with pytest.raises(BadLabel, match=why):
        decide(run, None, decided(relabel=labels))
    assert (run / "ledger.jsonl").read_bytes() == before
    decide(run, None, decided(accept=True))


def test_nothing_is_decided_twice(run: Path) -> None:
    decide(run, None, decided(reject=True))
    with pytest.raises(BadData, match="no run waits"):
        decide(run, None, decided(accept=True))


def test_a_run_whose_checkpoints_are_gone_waits_no_more(run: Path) -> None:
    for file in run.glob("checkpoints*"):
        file.unlink()
    with pytest.raises(BadRecord, match="does not wait"):
        decide(run, None, decided(reject=True))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"accept": True, "reject": True}, "2 decisions"),
        ({}, "0 decisions"),
        ({"accept": True, "by": None}, "needs a name"),
        ({"accept": True, "reason": ""}, "needs a name"),
        ({"relabel": ["short"]}, "names no finding"),
        ({"relabel": ["x=short"]}, "names no finding"),
    ],
)
def test_half_a_decision_is_refused(given: dict[str, Any], why: str) -> None:
    with pytest.raises(BadWorkflow, match=why):
        decided(**given)


@pytest.fixture
def night(boards: Boards, workflow: Workflow, tmp_path: Path) -> Path:
    template, tested = boards
    manifest = tmp_path / "parts.csv"
    rows = [f"{name},{template},{tested}" for name in ("a", "b", "c")]
    manifest.write_text("\n".join(["id,template,tested", *rows, f"d,{template},{template}"]))
    out = tmp_path / "night"
    batch(workflow, manifest, out=out, model=ScriptedModel(choosing=undecided))
    return out


def test_a_batch_lists_what_waits_and_its_results_follow_what_is_decided(night: Path) -> None:
    assert [known.item for known in waiting(night)] == ["a", "b", "c"]
    decide(night, "b", decided(accept=True))
    assert [known.item for known in waiting(night)] == ["a", "c"]
    rows = [json.loads(line) for line in (night / "results.jsonl").read_text().splitlines()]
    assert [(row["id"], row["verdict"]) for row in rows] == [
        ("a", "review"),
        ("b", "fail"),
        ("c", "review"),
        ("d", "pass"),
    ]
    audit(night)


def test_a_batch_that_is_run_again_keeps_what_was_decided(
    night: Path, workflow: Workflow, tmp_path: Path
) -> None:
    decide(night, "b", decided(reject=True))
    model = ScriptedModel(choosing=undecided)
    done = batch(workflow, tmp_path / "parts.csv", out=night, model=model)
    assert done.verdicts == {"pass": 2, "fail": 0, "review": 2}
    assert not model.chosen


def test_nothing_is_decided_while_the_batch_runs(night: Path) -> None:
    before = (night / "results.jsonl").read_bytes()
    with FileLock(night / LOCK), pytest.raises(BadOutput, match="another process"):
        decide(night, "b", decided(accept=True))
    assert (night / "results.jsonl").read_bytes() == before
    assert [known.item for known in waiting(night)] == ["a", "b", "c"]
    audit(night)


def test_which_of_several_must_be_said(night: Path) -> None:
    with pytest.raises(BadData, match="give --item"):
        decide(night, None, decided(accept=True))
    with pytest.raises(BadData, match="'z' does not wait"):
        decide(night, "z", decided(accept=True))


def test_what_was_decided_can_be_learned_from(
    night: Path, workflow: Workflow, tmp_path: Path
) -> None:
    decide(night, "a", decided(relabel=["1=short"]))
    decide(night, "b", decided(reject=True))
    out = tmp_path / "labelled.jsonl"
    assert write_labelled(night, out) == 2
    a, b = read_manifest(out, workflow)
    assert [truth.label for truth in a.truths] == ["short"]
    assert (b.name, b.truths) == ("b", ())
    assert len(a.read()) == 2


def test_the_command_lists_decides_and_exports(night: Path, tmp_path: Path) -> None:
    said = CliRunner().invoke(app, ["review", str(night)])
    assert "3 waiting" in said.output
    given = ["--item", "a", "--reject", "--by", "M. Lee", "--reason", "dust"]
    assert "a: pass" in CliRunner().invoke(app, ["review", str(night), *given]).output
    out = tmp_path / "labelled.jsonl"
    said = CliRunner().invoke(app, ["review", str(night), "--export", str(out)])
    assert "1 parts" in said.output
