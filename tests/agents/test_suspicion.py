from collections.abc import Callable
from math import e

import pytest

from foveal.agents.context import Context, Gallery
from foveal.agents.inspection import Judgement, Region
from foveal.agents.scripted import ScriptedModel
from foveal.agents.suspicion import confidence, likeliest_defect, may_be_wrong
from foveal.schemas.calibration import Calibration
from foveal.schemas.workflow import Workflow

DOUBTED = {"open": 0.3, "spur": 0.4, "none": 0.3}


@pytest.fixture
def judgement(cut_region: Region) -> Judgement:
    return Judgement(region=cut_region, probabilities=DOUBTED, looks=[])


def context_of(workflow: Workflow) -> Context:
    return Context(ScriptedModel(), workflow, Gallery())


def test_a_finding_is_as_sure_as_that_something_is_wrong(
    workflow: Workflow, judgement: Judgement
) -> None:
    """Surer than its label, which is only the likeliest."""
    assert likeliest_defect(judgement, workflow) == "spur"
    assert confidence(judgement, context_of(workflow)) == pytest.approx(0.7)


@pytest.mark.parametrize(("report_at", "may"), [(0.69, True), (0.71, False)])
def test_what_is_less_sure_than_the_limits_is_no_suspect(
    workflow: Workflow, judgement: Judgement, report_at: float, may: bool
) -> None:
    limits = {"report_at": report_at, "review": (0.8, 0.9)}
    decision = workflow.decision.model_copy(update=limits)
    limited = workflow.model_copy(update={"decision": decision})

    assert may_be_wrong(judgement, context_of(limited)) == may


def test_a_calibration_maps_it(
    workflow: Workflow, judgement: Judgement, make_calibration: Callable[..., Calibration]
) -> None:
    made = make_calibration(temperature=1.0, shift=1.0)
    calibrated = workflow.model_copy(update={"calibration": {"en": made}})

    odds = (0.7 / 0.3) / e
    assert confidence(judgement, context_of(calibrated)) == pytest.approx(odds / (1 + odds))
