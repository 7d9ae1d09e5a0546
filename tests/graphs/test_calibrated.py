"""A calibrated workflow: the confidence of a finding, and the verdict that follows from it."""

from collections.abc import Callable

import pytest

from foveal.agents.scripted import ScriptedModel
from foveal.graphs.run import run_one
from foveal.models.protocol import ChooseRequest
from foveal.schemas.calibration import Calibration
from foveal.schemas.limits import Limits
from foveal.schemas.verdict import Verdict
from foveal.schemas.workflow import Workflow
from foveal.tools.image import Image

Always = Callable[..., ScriptedModel]
Make = Callable[..., Calibration]


def test_a_confidence_is_calibrated_and_the_answers_stay(
    template: Image, tested: Image, workflow: Workflow, always: Always, make_calibration: Make
) -> None:
    calibration = make_calibration(temperature=2.0, low=0.1, high=0.9)
    trusted = workflow.model_copy(update={"calibration": {"en": calibration}})

    report = run_one(trusted, always(open=0.8), template, tested)

    assert report.findings
    for finding in report.findings:
        assert finding.confidence == pytest.approx(2 / 3)
        assert finding.evidence[0].answers["open"] == 0.8
    assert report.calibration == calibration
    assert report.model.calibration == calibration.fitted_on


@pytest.mark.parametrize(
    ("low", "high", "verdict", "reports"),
    [
        pytest.param(0.9, 0.95, "pass", False, id="below both"),
        pytest.param(0.8, 0.95, "review", True, id="at the lower"),
        pytest.param(0.1, 0.81, "review", True, id="between"),
        pytest.param(0.1, 0.8, "fail", True, id="at the upper"),
        pytest.param(0.8, 0.8, "fail", True, id="at both"),
        pytest.param(0.1, 0.2, "fail", True, id="above both"),
    ],
)
def test_the_verdict_follows_from_the_limits_alone(
    low: float,
    high: float,
    verdict: Verdict,
    *,
    reports: bool,
    template: Image,
    tested: Image,
    workflow: Workflow,
    always: Always,
    make_calibration: Make,
) -> None:
    model = always(open=0.5, short=0.3)
    (score,) = {
        finding.confidence for finding in run_one(workflow, model, template, tested).findings
    }
    assert score == pytest.approx(0.8)
    exact = {0.8: score}
    calibration = make_calibration(low=exact.get(low, low), high=exact.get(high, high))
    same = calibration.model_copy(update={"temperature": 1.0})
    decision = Limits(review=(0.0, 0.0))

    report = run_one(
        workflow.model_copy(update={"calibration": {"en": same}, "decision": decision}),
        model,
        template,
        tested,
    )

    assert report.verdict == verdict
    assert bool(report.findings) == reports


def test_a_part_that_does_not_pass_lists_what_alone_would_not_keep_it_from_passing(
    template: Image, tested: Image, workflow: Workflow, make_calibration: Make
) -> None:
    def surest_first(request: ChooseRequest) -> dict[str, float]:
        said = 0.3 if seen else 0.9
        seen.append(said)
        return dict.fromkeys(request.answers, 0.0) | {"open": said, "none": 1 - said}

    seen: list[float] = []
    model = ScriptedModel(choosing=surest_first)
    known = make_calibration(low=0.5, high=0.8).model_copy(update={"temperature": 1.0})
    decision = Limits(report_at=0.2, sure_from=0.0)
    trusted = workflow.model_copy(update={"calibration": {"en": known}, "decision": decision})

    report = run_one(trusted, model, template, tested)

    unlikely = len(report.findings) - 1
    assert unlikely > 0
    assert report.verdict == "fail"
    assert report.reason == f"found 1 open; {unlikely} unlikely ones are listed too"


def test_other_weights_answer_uncalibrated(
    template: Image, tested: Image, workflow: Workflow, always: Always, make_calibration: Make
) -> None:
    other = make_calibration(temperature=2.0, revision="f" * 64)

    report = run_one(
        workflow.model_copy(update={"calibration": {"en": other}}),
        always(open=0.8),
        template,
        tested,
    )

    assert report.findings
    assert all(finding.confidence == pytest.approx(0.8) for finding in report.findings)
    assert report.calibration is None
    assert report.model.calibration is None
