import json
from pathlib import Path

from foveal.agents.scripted import ScriptedModel
from foveal.graphs.run import run_one
from foveal.recording import RunRecorder
from foveal.records.run_directory import RunDirectory
from foveal.schemas.box import Box
from foveal.schemas.workflow import Workflow
from foveal.tools.image import Image


def survey_of(workflow: Workflow) -> Workflow:
    return workflow.model_copy(update={"graph": "survey"})


def test_what_the_model_lists_is_reported(
    template: Image, tested: Image, workflow: Workflow
) -> None:
    listed = {"findings": [{"label": "short", "box": [100, 200, 150, 300]}]}
    model = ScriptedModel(writing=lambda _: json.dumps(listed))

    report = run_one(survey_of(workflow), model, template, tested)

    (finding,) = report.findings
    assert (report.verdict, report.reason) == ("fail", "found 1 short")
    assert finding.box_px == Box(64, 128, 96, 192)
    assert finding.size_mm is None
    assert finding.why == "short: extra copper joins two conductors; seen in 1 look"
    assert [step.tool for step in finding.evidence[0].tools] == ["cut"]
    assert report.usage.model_calls == 1


def test_what_the_model_thought_stands_in_the_ledger_and_not_in_the_report(
    template: Image, tested: Image, workflow: Workflow, tmp_path: Path
) -> None:
    directory = RunDirectory.open(tmp_path / "run")
    model = ScriptedModel(writing=lambda _: '{"findings": []}', thinking="Every trace is whole.")

    report = run_one(survey_of(workflow), model, template, tested, recorder=RunRecorder(directory))

    lines = map(json.loads, directory.ledger.path.read_text().splitlines())
    (written,) = (line["data"] for line in lines if line["kind"] == "write")
    assert (written["thinking"], written["text"]) == (model.thinking, '{"findings": []}')
    assert model.thinking not in report.model_dump_json()


def test_an_empty_list_passes(template: Image, tested: Image, workflow: Workflow) -> None:
    model = ScriptedModel(writing=lambda _: '{"findings": []}')

    report = run_one(survey_of(workflow), model, template, tested)

    assert (report.verdict, report.reason) == ("pass", "nothing differs")
    assert report.measurements == {}


def test_a_reply_that_was_cut_is_for_a_person(
    template: Image, tested: Image, workflow: Workflow
) -> None:
    model = ScriptedModel(writing=lambda _: '{"findings": [' + "{ " * 900)

    report = run_one(survey_of(workflow), model, template, tested)

    assert (report.verdict, report.reason) == ("review", "the reply was cut at 800 tokens")
    assert report.findings == []
