"""Findings of both graphs put to the test, from the question to the report and back."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from foveal.agents.scripted import ScriptedModel, shown
from foveal.graphs.run import run_one
from foveal.models.protocol import ChooseRequest
from foveal.recording import RunRecorder
from foveal.records.run_directory import RunDirectory
from foveal.schemas.box import Box
from foveal.schemas.evidence import Evidence
from foveal.schemas.image import name_pixels
from foveal.schemas.report import Report
from foveal.schemas.verification import Verification
from foveal.schemas.workflow import Workflow
from foveal.tools.cover import covered_by_grey, cut_covered
from foveal.tools.image import Image, image_from

Answers = Mapping[str, float]


def yes(probability: float) -> Answers:
    return {"yes": probability, "no": 1 - probability}


@pytest.fixture
def answering(comparing: ScriptedModel) -> Callable[..., ScriptedModel]:
    """Judges by comparing; claims as `claims` has it of what is still seen to differ."""

    def model(claims: Callable[[bool], Answers]) -> ScriptedModel:
        def choose(request: ChooseRequest) -> Answers:
            if "yes" not in request.answers:
                return comparing.choosing(request)
            a, b = (shown(request.conversation)[name][48:80, 48:80].astype(int) for name in "AB")
            return claims(bool(abs(b - a).max() > 64))

        return ScriptedModel(choosing=choose)

    return model


@pytest.fixture
def tested_workflow(workflow: Workflow) -> Workflow:
    return workflow.model_copy(update={"verification": Verification(covers=["reference"])})


def test_a_model_that_always_says_yes_supports_nothing(
    template: Image,
    tested: Image,
    tested_workflow: Workflow,
    answering: Callable[..., ScriptedModel],
) -> None:
    report = run_one(tested_workflow, answering(lambda _: yes(1)), template, tested)

    count = len(report.findings)
    assert count > 1
    assert {known.verification.supported for known in report.findings if known.verification} == {
        False
    }
    assert report.verdict == "review"
    assert report.reason == f"{count} findings are not supported by their pixels"


def test_a_model_that_says_yes_only_with_the_pixels_there_is_supported(
    template: Image,
    tested: Image,
    tested_workflow: Workflow,
    answering: Callable[..., ScriptedModel],
) -> None:
    model = answering(lambda differs: yes(0.9 if differs else 0.1))

    report = run_one(tested_workflow, model, template, tested)

    supported = [known.verification for known in report.findings]
    assert all(known is not None and known.supported for known in supported)
    assert {known.covered for known in supported if known} == {0.1}
    assert report.verdict == "fail"
    assert report.usage.model_calls == len(model.chosen)


def test_without_verification_a_report_says_nothing_of_it(
    template: Image, tested: Image, workflow: Workflow, comparing: ScriptedModel
) -> None:
    report = run_one(workflow, comparing, template, tested)

    assert {known.verification for known in report.findings} == {None}
    assert all("yes" not in request.answers for request in comparing.chosen)


def test_a_covered_crop_comes_back_from_the_run_and_can_be_made_again(
    template: Image,
    tested: Image,
    workflow: Workflow,
    answering: Callable[..., ScriptedModel],
    tmp_path: Path,
) -> None:
    directory = RunDirectory.open(tmp_path)
    covered = workflow.model_copy(update={"verification": Verification(covers=["grey"])})
    model = answering(lambda differs: yes(0.9 if differs else 0.1))

    report = run_one(covered, model, template, tested, recorder=RunRecorder(directory))
    directory.finish(report)

    stored = Report.model_validate_json((tmp_path / "report.json").read_bytes())
    shots = [
        evidence
        for finding in stored.findings
        if finding.verification
        for evidence in finding.verification.evidence
    ]
    assert all(name_pixels(directory.images.load(shot.crop)) == shot.crop for shot in shots)
    hidden = [(shot, box) for shot in shots if (box := hidden_in(shot))]
    assert len(hidden) == len(stored.findings)
    for shot, box in hidden:
        source = image_from(directory.images.load(shot.view.image), "again")
        again = cut_covered(
            source, shot.view.box_px, size=shot.view.size_px, hidden=box, cover=covered_by_grey
        )
        assert name_pixels(again.pixels) == shot.crop


def test_each_question_stands_in_the_ledger_with_what_was_claimed_and_covered(
    template: Image,
    tested: Image,
    tested_workflow: Workflow,
    answering: Callable[..., ScriptedModel],
    tmp_path: Path,
) -> None:
    directory = RunDirectory.open(tmp_path)

    report = run_one(
        tested_workflow,
        answering(lambda _: yes(0.7)),
        template,
        tested,
        recorder=RunRecorder(directory),
    )

    lines = [json.loads(line) for line in directory.ledger.path.read_text().splitlines()]
    asked = [line["data"] for line in lines if "claim" in line["data"]]
    assert len(asked) == 4 * len(report.findings)
    assert {line["claim"] for line in asked} == {known.label for known in report.findings}
    assert [line["cover"] for line in asked[:4]] == [None, None, None, "reference"]
    instructions = {line["data"]["sha256"] for line in lines if line["kind"] == "instructions"}
    assert {line["prompt"] for line in asked} <= instructions


def hidden_in(shot: Evidence) -> Box | None:
    """As the report words it."""
    for step in shot.tools:
        if step.tool == "cover":
            x, y = (part.split("–") for part in step.result.split(" over x ")[1].split(", y "))
            return Box(int(x[0]), int(y[0]), int(x[1]), int(y[1]))
    return None
