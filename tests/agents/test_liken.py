"""A place beside the one of the same part that looks most like it."""

from collections.abc import Callable

import numpy as np
import pytest
from langgraph.runtime import Runtime

from foveal.agents.context import Context
from foveal.agents.examine import examine
from foveal.agents.inspection import Inspection, Judgement, Region
from foveal.agents.scripted import ScriptedModel, shown
from foveal.models.protocol import ChooseRequest, Pixels, VisionLanguageModel
from foveal.schemas.box import Box
from foveal.schemas.workflow import Looks, Workflow
from foveal.tools.image import Image
from foveal.tools.view import cut

RunWith = Callable[[VisionLanguageModel, Workflow], Runtime[Context]]

HARMLESS = {"open": 0.0, "spur": 0.0, "none": 1.0}
WRONG = {"open": 0.8, "spur": 0.0, "none": 0.2}


def wrong_beside_its_like(request: ChooseRequest) -> dict[str, float]:
    return WRONG if len(shown(request.conversation)) == 2 else HARMLESS


@pytest.fixture
def alone(state: Inspection) -> Inspection:
    """Without a template, as the search leaves it."""
    return {"tested": state["tested"], "regions": [state["regions"][0]]}


def test_a_place_is_shown_beside_a_whole_stretch_of_a_trace(
    alone: Inspection, workflow: Workflow, tested: Image, run_with: RunWith
) -> None:
    model = ScriptedModel(choosing=wrong_beside_its_like)

    examine(alone, run_with(model, workflow))

    (pair,) = (shown(one.conversation) for one in model.chosen if len(shown(one.conversation)) == 2)
    around = alone["regions"][0].surroundings(1.6, workflow.looks, within=tested.size)
    assert np.array_equal(pair["B"], cut(tested, around, size=(128, 128)).pixels)
    assert pair["B"][48:80, 60:68].mean() > 200  # where the trace is cut
    assert pair["A"][56:72, 60:68].mean() < 50


def test_that_look_counts_as_one_of_them_and_is_kept(
    alone: Inspection, workflow: Workflow, run_with: RunWith
) -> None:
    model = ScriptedModel(choosing=wrong_beside_its_like)

    update = examine(alone, run_with(model, workflow))

    (judgement,) = update["judgements"]
    assert [len(look.pictures) for look in judgement.looks] == [1, 1, 1, 2]
    assert judgement.probabilities["open"] == pytest.approx(WRONG["open"] / 4)
    assert update["usage"].model_calls == 4


def test_a_workflow_may_do_without(
    alone: Inspection, workflow: Workflow, run_with: RunWith
) -> None:
    without = workflow.model_copy(update={"looks": Looks(alike=False)})
    model = ScriptedModel(choosing=wrong_beside_its_like)

    (judgement,) = examine(alone, run_with(model, without))["judgements"]

    assert [len(look.pictures) for look in judgement.looks] == [1, 1, 1]


def test_what_nothing_can_be_likened_to_is_looked_at_alone(
    alone: Inspection, workflow: Workflow, run_with: RunWith
) -> None:
    whole = Region(box_px=Box(0, 0, 240, 160))
    model = ScriptedModel(choosing=wrong_beside_its_like)

    update = examine({**alone, "regions": [whole]}, run_with(model, workflow))

    (judgement,) = update["judgements"]
    assert [len(look.pictures) for look in judgement.looks] == [1, 1, 1]


def test_where_parts_have_no_upright_each_look_is_turned_by_a_quarter_more(
    alone: Inspection, workflow: Workflow, run_with: RunWith
) -> None:
    def examined(looks: Looks) -> tuple[Judgement, list[dict[str, Pixels]]]:
        model = ScriptedModel(choosing=wrong_beside_its_like)
        runtime = run_with(model, workflow.model_copy(update={"looks": looks}))
        (judgement,) = examine(alone, runtime)["judgements"]
        return judgement, [shown(one.conversation) for one in model.chosen]

    _, upright = examined(Looks(closer=[1.2]))
    judgement, turned = examined(Looks(closer=[1.2], turned=True))

    turns = [[shot.view.quarter_turns for shot in look.pictures] for look in judgement.looks]
    assert turns == [[0], [1], [2, 2]]
    for number, (before, after) in enumerate(zip(upright, turned, strict=True)):
        for name, pixels in before.items():
            assert np.array_equal(np.rot90(pixels, number), after[name])
