"""The verification by itself: on claims that are true, and on planted ones."""

import json

import numpy as np
import pytest
from rich.console import Console

from foveal.agents.scripted import ScriptedModel, shown
from foveal.evals import evidence
from foveal.evals.drawn import drawn_pair
from foveal.evals.evidence import EvidenceFigures, measure
from foveal.evals.labelled import Labelled
from foveal.evals.options import EvalOptions
from foveal.evals.seeds import EVIDENCE
from foveal.models.protocol import ChooseRequest
from foveal.schemas.errors import BadWorkflow
from foveal.schemas.workflow import Workflow


@pytest.fixture(scope="module")
def parts() -> Labelled:
    return Labelled([drawn_pair(EVIDENCE, index, defects=3) for index in (2, 3)], "two boards")


@pytest.fixture
def alone(workflow: Workflow) -> Workflow:
    return workflow.model_copy(update={"graph": "inspect"})


def says(yes: float) -> ScriptedModel:
    return ScriptedModel(
        choosing=lambda asked: dict(zip(asked.answers, (yes, 1 - yes), strict=True))
    )


def where_it_differs(request: ChooseRequest) -> dict[str, float]:
    """Yes where many pixels changed in the middle, as no scan changes them by itself."""
    middle = slice(32, 96)
    a, b = (shown(request.conversation)[name][middle, middle].astype(int) for name in "AB")
    yes = 0.9 if (np.abs(a - b) > 100).mean() > 0.07 else 0.1
    return dict(zip(request.answers, (yes, 1 - yes), strict=True))


def measured(workflow: Workflow, model: ScriptedModel, parts: Labelled) -> EvidenceFigures:
    return measure(workflow, model, parts, progress=lambda *_: None)


@pytest.mark.parametrize("template", [True, False], ids=["with a template", "without"])
def test_a_model_that_always_says_yes_has_all_its_claims_fall_when_covered(
    workflow: Workflow, alone: Workflow, parts: Labelled, template: bool
) -> None:
    figures = measured(workflow if template else alone, says(1), parts)

    for tried in (figures.planted, figures.true):
        assert tried.supported.count == 0 < tried.supported.of
        assert tried.unmoved.count == tried.unsupported.count == tried.unsupported.of
        assert tried.denied.count == 0, "without covers none of them would have fallen"
    assert figures.planted.unsupported.of == 12
    assert figures.true.unsupported.of == sum(len(pair.truths) for pair in parts.pairs)
    assert set(figures.planted.unsupported_by_label) == set(workflow.defects)


def test_a_model_that_always_says_no_has_them_fall_at_the_first_look(
    workflow: Workflow, parts: Labelled
) -> None:
    figures = measured(workflow, says(0), parts)

    assert figures.planted.denied.count == figures.planted.unsupported.count == 12
    assert figures.planted.unmoved.count == 0


def test_a_model_that_sees_tells_planted_claims_from_true_ones(
    workflow: Workflow, parts: Labelled
) -> None:
    figures = measured(workflow, ScriptedModel(choosing=where_it_differs), parts)

    assert figures.planted.unsupported.share > 0.8
    assert figures.true.supported.share > 0.6


def test_figures_are_ready_for_json_and_shown_by_label(workflow: Workflow, parts: Labelled) -> None:
    dumped = measured(workflow, says(1), parts).model_dump()

    json.dumps(dumped)
    console = Console(width=200)
    with console.capture() as printed:
        console.print(evidence.show(dumped))
    assert "two boards" in printed.get()
    assert "12 of 12" in printed.get()
    assert "unsupported: pin-hole" in printed.get()


def test_a_survey_has_nothing_to_measure(workflow: Workflow) -> None:
    survey = workflow.model_copy(update={"graph": "survey"})

    with pytest.raises(BadWorkflow, match="is a survey, which tests nothing"):
        evidence.run(EvalOptions(workflow=survey))
