from collections.abc import Callable

import pytest

from foveal.agents.scripted import ScriptedModel
from foveal.evals.drawn import drawn_pair
from foveal.evals.seeds import DRAWN
from foveal.evals.session import (
    Session,
    as_judged,
    detections,
    listing_all,
    proposals,
    rankings,
    run_session,
)
from foveal.schemas.calibration import Calibration
from foveal.schemas.errors import BadImage
from foveal.schemas.limits import Limits
from foveal.schemas.report import Report
from foveal.schemas.verification import Verification
from foveal.schemas.workflow import Document, Workflow

Says = Callable[[str, float], ScriptedModel]


def test_the_workflow_that_lists_all_differs_in_its_threshold_alone(workflow: Workflow) -> None:
    everything = listing_all(workflow)
    assert everything.decision == Limits(report_at=0)
    assert everything.model_copy(update={"decision": workflow.decision}) == workflow


def test_confidences_are_those_of_the_model_whatever_the_workflow_verifies_and_was_fitted_to(
    workflow: Workflow, says: Says, make_calibration: Callable[..., Calibration]
) -> None:
    verifying = workflow.model_copy(
        update={"verification": Verification(), "calibration": {"en": make_calibration(shift=9.0)}}
    )
    pairs = [drawn_pair(DRAWN, 0, defects=3)]
    (report,) = run_session(
        as_judged(verifying), says("open", 0.7), pairs, progress=lambda *_: None
    ).reports
    assert isinstance(report, Report)
    said = [known.confidence for known in report.findings]
    assert said == pytest.approx([0.7] * len(said))
    assert said
    assert all(known.verification is None for known in report.findings)


def test_every_region_is_ranked_under_every_label(workflow: Workflow, says: Says) -> None:
    (report,) = _session(workflow, says("open", 0.7)).reports
    regions, ranked = proposals(report), rankings(report)
    assert {known.label for known in detections(report)} == {"open"}
    assert len(ranked) == 7 * len(regions) > 0
    opens = [known.confidence for known in ranked if known.label == "open"]
    assert opens == pytest.approx([0.7] * len(regions))
    assert {known.confidence for known in ranked if known.label == "spur"} == {0}


def test_what_a_single_pass_lists_is_ranked_as_it_stands(workflow: Workflow, says: Says) -> None:
    survey = workflow.model_copy(update={"graph": "survey"})
    (report,) = _session(survey, says("none", 1)).reports
    assert rankings(report) == detections(report) != ()


def test_no_document_is_written_while_measuring(workflow: Workflow, says: Says) -> None:
    asked = Document(schema={"type": "object"}, instruction="Write.")
    model = says("open", 0.7)

    (report,) = _session(workflow.model_copy(update={"document": asked}), model).reports

    assert isinstance(report, Report)
    assert report.findings
    assert model.written == []


def test_an_error_in_place_of_a_report_says_nothing() -> None:
    error = BadImage("this", fix="that")
    assert detections(error) == rankings(error) == proposals(error) == ()


def test_speed_is_pairs_over_seconds(workflow: Workflow, says: Says) -> None:
    session = _session(workflow, says("none", 1))
    assert session.pairs_per_second == pytest.approx(1 / session.seconds)
    assert session.usage.model_calls > 0


def _session(workflow: Workflow, model: ScriptedModel) -> Session:
    pairs = [drawn_pair(DRAWN, 0, defects=3)]
    return run_session(listing_all(workflow), model, pairs, progress=lambda *_: None)


def test_a_calibrated_workflow_lists_what_is_below_its_limits_too(
    workflow: Workflow, says: Says, make_calibration: Callable[..., Calibration]
) -> None:
    calibration = make_calibration(shift=9.0, low=0.8, high=0.9)
    trusted = workflow.model_copy(update={"calibration": {"en": calibration}})

    (report,) = _session(trusted, says("open", 0.7)).reports

    assert detections(report)
    assert all(known.confidence < 0.8 for known in detections(report))
