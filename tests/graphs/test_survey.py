import json

from foveal.agents.scripted import ScriptedModel
from foveal.graphs.run import run_pair
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

    report = run_pair(survey_of(workflow), model, template, tested)

    (finding,) = report.findings
    assert (report.verdict, report.reason) == ("fail", "found 1 short")
    assert finding.box_px == Box(64, 128, 96, 192)
    assert finding.size_mm is None
    assert finding.why == "short: extra copper joins two conductors; seen in 1 look"
    assert [step.tool for step in finding.evidence[0].tools] == ["cut"]
    assert report.usage.model_calls == 1


def test_an_empty_list_passes(template: Image, tested: Image, workflow: Workflow) -> None:
    model = ScriptedModel(writing=lambda _: '{"findings": []}')

    report = run_pair(survey_of(workflow), model, template, tested)

    assert (report.verdict, report.reason) == ("pass", "nothing differs")
    assert report.measurements == {}


def test_a_reply_that_was_cut_is_for_a_person(
    template: Image, tested: Image, workflow: Workflow
) -> None:
    model = ScriptedModel(writing=lambda _: '{"findings": [' + "{ " * 900)

    report = run_pair(survey_of(workflow), model, template, tested)

    assert (report.verdict, report.reason) == ("review", "the reply was cut at 800 tokens")
    assert report.findings == []
