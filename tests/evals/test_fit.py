from collections.abc import Callable

import numpy as np
import pytest

from foveal.agents.calibration import calibrated, rules_of
from foveal.agents.scripted import ScriptedModel
from foveal.evals.fit import StatedRates, fit
from foveal.evals.labelled import Labelled, draw_labelled
from foveal.evals.regions import confidences
from foveal.evals.reliability import calibration_error
from foveal.evals.risk import TooFewParts
from foveal.evals.seeds import CALIBRATED
from foveal.evals.session import listing_all, reports_of
from foveal.schemas.calibration import Calibration
from foveal.schemas.errors import BadWorkflow
from foveal.schemas.workflow import Workflow

Says = Callable[[str, float], ScriptedModel]
HALF = StatedRates(escape=0.5, overkill=0.5)


@pytest.fixture(scope="module")
def boards() -> Callable[[Workflow], Labelled]:
    return lambda workflow: draw_labelled(4, workflow, series=CALIBRATED)


def _fitted(workflow: Workflow, model: ScriptedModel, labelled: Labelled) -> Calibration:
    return fit(workflow, model, labelled, HALF, progress=_unwatched)


def _unwatched(done: int, total: int) -> None: ...


def test_a_model_sure_of_defects_everywhere_is_brought_down_to_how_often_there_are_some(
    workflow: Workflow, says: Says, boards: Callable[[Workflow], Labelled]
) -> None:
    labelled, model = boards(workflow), says("open", 0.99)

    made = _fitted(workflow, model, labelled)

    reports = reports_of(listing_all(workflow), model, labelled.pairs, progress=_unwatched)
    said = confidences(reports, labelled.pairs, workflow)
    trusted = np.array([calibrated(value, made) for value in said.values])
    assert said.wrong.mean() < 0.5
    assert calibration_error(said.values, said.wrong) > 0.5
    assert calibration_error(trusted, said.wrong) < 0.05
    assert made.regions == len(said.values)
    assert sum(point.regions for point in made.reliability) == made.regions


def test_a_calibration_says_what_it_was_made_for(
    workflow: Workflow, says: Says, boards: Callable[[Workflow], Labelled]
) -> None:
    labelled = boards(workflow)

    made = _fitted(workflow, says("open", 0.99), labelled)

    assert (made.model, made.revision) == ("scripted", "0" * 64)
    assert made.rules == rules_of(workflow)
    assert made.fitted_on == labelled.name
    assert (made.pass_below.parts, made.fail_from.parts) == (2, 2)
    assert (made.pass_below.rate, made.fail_from.rate) == (0.5, 0.5)


def test_parts_told_apart_by_nothing_go_to_a_person(
    workflow: Workflow, says: Says, boards: Callable[[Workflow], Labelled]
) -> None:
    made = _fitted(workflow, says("open", 0.99), boards(workflow))

    assert made.fail_from.score == np.nextafter(made.pass_below.score, 1)
    assert (made.pass_below.wrong, made.fail_from.wrong) == (0, 0)


def test_an_earlier_calibration_does_not_matter(
    workflow: Workflow,
    says: Says,
    boards: Callable[[Workflow], Labelled],
    make_calibration: Callable[..., Calibration],
) -> None:
    model = says("open", 0.7)
    earlier = workflow.model_copy(update={"calibration": {"en": make_calibration(shift=3.0)}})

    assert _fitted(earlier, model, boards(workflow)) == _fitted(workflow, model, boards(workflow))


def test_too_few_parts_are_refused_before_the_model_is_asked(
    workflow: Workflow, says: Says, boards: Callable[[Workflow], Labelled]
) -> None:
    model = says("open", 0.7)

    with pytest.raises(TooFewParts, match=r"2 defective parts cannot show an escape rate of 0\.05"):
        fit(workflow, model, boards(workflow), StatedRates(0.05, 0.5), progress=_unwatched)
    assert model.chosen == []


def test_a_graph_without_probabilities_is_refused(
    workflow: Workflow, says: Says, boards: Callable[[Workflow], Labelled]
) -> None:
    survey = workflow.model_copy(update={"graph": "survey"})

    with pytest.raises(BadWorkflow, match=r"the graph 'survey' .* gives no probabilities"):
        _fitted(survey, says("open", 0.7), boards(workflow))


@pytest.mark.parametrize(("escape", "overkill"), [(0, 0.1), (1, 0.1), (0.1, -0.1), (0.1, 5)])
def test_a_rate_that_is_no_limit_is_refused(escape: float, overkill: float) -> None:
    with pytest.raises(BadWorkflow, match=r"is no limit: give 0\.05, say"):
        StatedRates(escape, overkill)
