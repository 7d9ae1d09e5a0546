import json
from collections.abc import Callable

import yaml
from rich.console import Console

from foveal.agents.scripted import ScriptedModel
from foveal.evals import calibrate
from foveal.evals.calibrate import CalibrationFigures, measure
from foveal.schemas.workflow import Workflow

Says = Callable[[str, float], ScriptedModel]


def test_a_model_sure_of_defects_everywhere_lets_none_escape_and_is_cooled(
    workflow: Workflow, says: Says
) -> None:
    figures = _measured(workflow, says("open", 0.99))
    assert (figures.escape.count, figures.escape.of, figures.overkill.of) == (0, 1, 1)
    assert figures.calibration.temperature > 1
    assert figures.ece_after < figures.ece_before
    assert figures.fitted_regions > 0


def test_a_model_that_sees_nothing_lets_every_defect_escape(workflow: Workflow, says: Says) -> None:
    figures = _measured(workflow, says("none", 1))
    assert (figures.escape.count, figures.overkill.count) == (1, 0)


def test_the_lines_shown_are_a_workflows_calibration(workflow: Workflow, says: Says) -> None:
    figures = _measured(workflow, says("open", 0.99))
    dumped = figures.model_dump()
    json.dumps(dumped)
    console = Console(width=200)
    with console.capture() as shown:
        console.print(calibrate.show(dumped))
    _, _, lines = shown.get().partition("For the workflow:\n")
    assert yaml.safe_load(lines)["calibration"] == figures.calibration.model_dump()


def _measured(workflow: Workflow, model: ScriptedModel) -> CalibrationFigures:
    return measure(workflow, model, boards=2, progress=_unwatched)


def _unwatched(done: int, total: int) -> None: ...
