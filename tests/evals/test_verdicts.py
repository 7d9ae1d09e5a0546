import json
from collections.abc import Callable

from rich.console import Console

from foveal.agents.scripted import ScriptedModel
from foveal.evals import verdicts
from foveal.evals.labelled import draw_labelled
from foveal.evals.seeds import CHECKED
from foveal.evals.verdicts import VerdictFigures, measure
from foveal.schemas.calibration import Calibration
from foveal.schemas.workflow import Workflow

Says = Callable[[str, float], ScriptedModel]
Make = Callable[..., Calibration]


def test_a_model_sure_of_defects_everywhere_lets_none_escape(
    workflow: Workflow, says: Says
) -> None:
    figures = _measured(workflow, says("open", 0.99))

    assert (figures.defective["fail"].count, figures.defective["pass"].of) == (1, 1)
    assert (figures.good["fail"].count, figures.good["pass"].of) == (1, 1)
    assert figures.calibration is None
    assert figures.ece == figures.ece_uncalibrated > 0.5


def test_a_model_that_sees_nothing_lets_every_defect_escape(workflow: Workflow, says: Says) -> None:
    figures = _measured(workflow, says("none", 1))

    assert (figures.defective["pass"].count, figures.good["fail"].count) == (1, 0)


def test_the_limits_of_the_calibration_decide_and_its_map_is_measured(
    workflow: Workflow, says: Says, make_calibration: Make
) -> None:
    calibration = make_calibration(shift=8.0, low=0.01, high=0.5)
    trusted = workflow.model_copy(update={"calibration": {"en": calibration}})

    figures = _measured(trusted, says("open", 0.99))

    assert (figures.defective["review"].count, figures.good["review"].count) == (1, 1)
    assert figures.calibration == calibration.fitted_on
    assert figures.ece < figures.ece_uncalibrated


def test_figures_are_ready_for_json_and_shown_with_their_intervals(
    workflow: Workflow, says: Says
) -> None:
    dumped = _measured(workflow, says("open", 0.99)).model_dump()

    json.dumps(dumped)
    console = Console(width=200)
    with console.capture() as shown:
        console.print(verdicts.show(dumped))
    assert "uncalibrated" in shown.get()
    assert "1 of 1 (20.7% to 100.0%)" in shown.get()


def _measured(workflow: Workflow, model: ScriptedModel) -> VerdictFigures:
    labelled = draw_labelled(2, workflow, series=CHECKED)
    return measure(workflow, model, labelled, progress=lambda *_: None)
