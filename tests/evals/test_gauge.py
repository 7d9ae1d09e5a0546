import json
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from foveal.agents.scripted import ScriptedModel, shown
from foveal.evals import gauge
from foveal.evals.deeppcb import read_pairs
from foveal.evals.disturbance import JITTERS, Jitter
from foveal.evals.drawn import drawn_part
from foveal.evals.gauge import GaugeFigures
from foveal.evals.pairs import LabelledPair
from foveal.evals.repeatability import AGAIN, TOGETHER, Repeatability, Study, measure
from foveal.evals.seeds import GAUGED
from foveal.models.load import load_model
from foveal.models.protocol import ChooseRequest, VisionLanguageModel
from foveal.schemas.errors import BadData
from foveal.schemas.workflow import Workflow
from foveal.workflow_file import load_workflow

Says = Callable[[str, float], ScriptedModel]

ANSWERS = dict.fromkeys(("open", "short", "mousebite", "spur", "copper", "pin-hole", "none"), 0.0)


def by_order(request: ChooseRequest) -> dict[str, float]:
    """Finds everything open, unless it is shown the tested part first."""
    first, _ = shown(request.conversation)
    wrong = 0.9 if first == "A" else 0.1
    return ANSWERS | {"open": wrong, "none": 1 - wrong}


@pytest.fixture(scope="module")
def parts() -> list[LabelledPair]:
    return [drawn_part(GAUGED, index) for index in (1, 3)]


def studied(
    workflow: Workflow,
    model: VisionLanguageModel,
    parts: list[LabelledPair],
    *jitter: Jitter,
) -> Repeatability:
    study = Study(workflow, model, jitter or JITTERS, repeats=2)
    return measure(study, parts, progress=_unwatched)


def test_a_sure_model_is_steady_under_every_disturbance(
    workflow: Workflow, says: Says, parts: list[LabelledPair]
) -> None:
    found = studied(workflow, says("open", 0.99), parts)

    assert list(found.conditions) == [AGAIN, *JITTERS, TOGETHER]
    assert found.verdicts == {"fail": 2}
    for condition, known in found.conditions.items():
        repeats = 1 if condition in {AGAIN, "order"} else 2
        assert known.pass_fail.inspections.of == 2 * repeats
        assert known.pass_fail.parts.count == known.review.parts.count == known.renamed.count == 0
    again = found.conditions[AGAIN]
    assert again.box_px is not None
    assert (again.gone.count, again.new.count, again.box_px.p95) == (0, 0, 0)


def test_a_workflow_without_a_template_is_gauged_but_for_the_order(
    parts: list[LabelledPair],
) -> None:
    workflow = load_workflow("board-inspect")
    found = studied(workflow, load_model(workflow.model), parts[:1])

    assert list(found.conditions) == [AGAIN, "shift", "light", "scale", TOGETHER]
    assert found.order_bias is None
    assert found.conditions["shift"].box_px is not None


def test_boxes_are_found_again_where_the_part_was_moved(
    workflow: Workflow, says: Says, parts: list[LabelledPair]
) -> None:
    found = studied(workflow, says("open", 0.99), parts, "shift")

    shifted = found.conditions["shift"]
    assert shifted.box_px is not None
    assert 0 < shifted.box_px.median < 1.5
    assert list(found.conditions) == [AGAIN, "shift"]
    assert found.order_bias is None


def test_a_model_that_minds_the_order_is_found_out(
    workflow: Workflow, parts: list[LabelledPair]
) -> None:
    found = studied(workflow, ScriptedModel(choosing=by_order), parts, "order")

    assert found.conditions[AGAIN].pass_fail.parts.count == 0
    assert found.conditions["order"].pass_fail.parts.count == 2
    assert found.order_bias is not None
    assert found.order_bias.wrong == pytest.approx(-0.8)
    assert found.order_bias.renamed.share == 1


def test_drawn_parts_are_good_and_defective_in_turn() -> None:
    assert [bool(drawn_part(GAUGED, index).truths) for index in range(4)] == [False, True] * 2


def test_figures_are_json_and_are_shown(workflow: Workflow, parts: list[LabelledPair]) -> None:
    found = studied(workflow, ScriptedModel(choosing=by_order), parts, "order")
    about = {"source": "boards", "parts": 2, "repeats": 2, "model": "m", "revision": "0" * 64}
    figures = GaugeFigures.model_validate(dict(found) | about).model_dump()

    json.dumps(figures)
    console = Console(width=80)
    with console.capture() as seen:
        console.print(gauge.show(figures))

    assert "pass ↔ fail" in seen.get()
    assert "100.0%" in seen.get()
    assert "P(wrong) -0.800" in seen.get()


def test_pairs_in_a_folder_are_studied_like_drawn_ones(
    workflow: Workflow, says: Says, folder: Path
) -> None:
    found = studied(workflow, says("none", 1), read_pairs(folder), "light")

    assert sum(found.verdicts.values()) == 2


def test_parts_are_named_as_for_a_calibration(workflow: Workflow, says: Says) -> None:
    options = gauge.GaugeOptions(
        workflow=workflow,
        data=Path("drawn:2"),
        repeats=1,
        jitter=("light",),
        load=lambda *_: says("none", 1),
    )
    found = GaugeFigures.model_validate(gauge.run(options))

    assert (found.parts, sum(found.verdicts.values())) == (2, 2)
    assert found.source.startswith("1 defective and 1 good parts drawn")


def test_data_that_is_none_is_refused(workflow: Workflow) -> None:
    options = gauge.GaugeOptions(workflow=workflow, data=Path("gone"))
    with pytest.raises(BadData, match="there are no labelled parts at 'gone'"):
        gauge.run(options)


def _unwatched(done: int, total: int) -> None: ...
