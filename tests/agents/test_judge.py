from collections.abc import Callable
from copy import deepcopy

import numpy as np
import pytest
from langgraph.runtime import Runtime

from foveal.agents.briefs import brief_for
from foveal.agents.context import Context
from foveal.agents.inspection import Inspection, Region
from foveal.agents.judge import any_unsure, judge, look_closer
from foveal.agents.scripted import ScriptedModel, shown
from foveal.models.protocol import ChooseRequest, VisionLanguageModel
from foveal.schemas.box import Box
from foveal.schemas.calibration import Calibration
from foveal.schemas.image import name_pixels
from foveal.schemas.report import Usage
from foveal.schemas.workflow import Layers, Looks, Workflow
from foveal.tools.image import Image
from foveal.tools.view import cut

RunWith = Callable[[VisionLanguageModel, Workflow], Runtime[Context]]

HARMLESS = {"open": 0.01, "spur": 0.01, "none": 0.98}
UNSURE = {"open": 0.4, "spur": 0.1, "none": 0.5}


def by_eye(request: ChooseRequest) -> dict[str, float]:
    """Unsure where A and B differ in the middle."""
    middle = slice(48, 80)
    a, b = (shown(request.conversation)[name][middle, middle].astype(int) for name in "AB")
    return UNSURE if np.abs(a - b).max() > 128 else HARMLESS


def test_every_region_is_asked_about_once_with_the_labels_of_the_workflow(
    state: Inspection, workflow: Workflow, run_with: RunWith
) -> None:
    model = ScriptedModel(choosing=by_eye)

    update = judge(state, run_with(model, workflow))

    assert [request.answers for request in model.chosen] == [("open", "spur", "none")] * 2
    assert [known.region for known in update["judgements"]] == state["regions"]
    assert [known.probabilities for known in update["judgements"]] == [UNSURE, HARMLESS]
    assert update["usage"] == Usage(image_encodes=4, model_calls=2)


def test_nodes_return_what_they_changed_and_leave_the_state_alone(
    state: Inspection, workflow: Workflow, run_with: RunWith
) -> None:
    runtime = run_with(ScriptedModel(choosing=by_eye), workflow)
    before = deepcopy(state)

    judged = judge(state, runtime)
    seen: Inspection = {**state, **judged}
    kept = deepcopy(seen)
    closer = look_closer(seen, runtime)

    assert judged.keys() == closer.keys() == {"judgements", "usage"}
    assert state == before
    assert seen == kept


def test_the_template_is_shown_moved_onto_the_tested_part(
    state: Inspection, workflow: Workflow, template: Image, tested: Image, run_with: RunWith
) -> None:
    model = ScriptedModel()

    judge(state, run_with(model, workflow))

    pictures = shown(model.chosen[0].conversation)
    seen, size = Box(68, 34, 132, 98), (128, 128)
    assert np.array_equal(pictures["B"], cut(tested, seen, size=size).pixels)
    assert np.array_equal(pictures["A"], cut(template, seen.shifted(-2, 1), size=size).pixels)


def test_a_look_keeps_the_place_and_the_name_of_what_was_shown(
    state: Inspection, workflow: Workflow, run_with: RunWith
) -> None:
    model = ScriptedModel()

    (first, _) = judge(state, run_with(model, workflow))["judgements"]

    (look,) = first.looks
    pictures = shown(model.chosen[0].conversation)
    assert [(kept.name, kept.crop) for kept in look.pictures] == [
        (name, name_pixels(pixels)) for name, pixels in pictures.items()
    ]
    assert look.pictures[1].view.box_px == Box(68, 34, 132, 98)


def test_closer_looks_are_taken_at_unsure_regions_only_and_averaged(
    state: Inspection, workflow: Workflow, cut_region: Region, run_with: RunWith
) -> None:
    surer = {"open": 0.7, "spur": 0.1, "none": 0.2}
    judged = judge(state, run_with(ScriptedModel(choosing=by_eye), workflow))
    model = ScriptedModel(choosing=lambda _: surer)
    narrow = Looks(closer=[1.2, 3.0], least_side_px=8, swap_order=False)

    closer = workflow.model_copy(update={"looks": narrow})
    update = look_closer({**state, **judged}, run_with(model, closer))

    unsure, harmless = update["judgements"]
    sides = [look.pictures[1].view.box_px.width for look in unsure.looks]
    assert sides == [64, round(1.2 * 30), round(3.0 * 30)]
    assert unsure.region == cut_region
    assert unsure.probabilities["open"] == pytest.approx((0.4 + 0.7 + 0.7) / 3)
    assert harmless == judged["judgements"][1]
    assert update["usage"].model_calls == len(model.chosen) == 2


def test_an_unsure_model_is_also_shown_the_tested_part_first(
    state: Inspection, workflow: Workflow, run_with: RunWith
) -> None:
    judged = judge(state, run_with(ScriptedModel(choosing=by_eye), workflow))
    model = ScriptedModel(choosing=by_eye)

    swapped = workflow.model_copy(update={"looks": Looks(closer=[])})
    (unsure, _) = look_closer({**state, **judged}, run_with(model, swapped))["judgements"]

    (request,) = model.chosen
    assert list(shown(request.conversation)) == ["B", "A"]
    first, second = unsure.looks
    assert second.pictures == first.pictures
    assert second.prompt != first.prompt


def test_closer_looks_at_parts_without_upright_are_turned_both_pictures_alike(
    state: Inspection, workflow: Workflow, run_with: RunWith
) -> None:
    judged = judge(state, run_with(ScriptedModel(choosing=by_eye), workflow))
    turning = workflow.model_copy(update={"looks": Looks(closer=[1.2, 2.2], turned=True)})

    update = look_closer({**state, **judged}, run_with(ScriptedModel(), turning))

    turns = [
        [shot.view.quarter_turns for shot in look.pictures]
        for look in update["judgements"][0].looks
    ]
    assert turns == [[0, 0], [1, 1], [2, 2], [3, 3]]


@pytest.mark.parametrize(
    ("answers", "word"),
    [
        pytest.param({"open": 0.01, "spur": 0.0, "none": 0.99}, "sure", id="harmless"),
        pytest.param({"open": 0.2, "spur": 0.0, "none": 0.8}, "sure", id="at the limit"),
        pytest.param({"open": 0.21, "spur": 0.0, "none": 0.79}, "unsure", id="below it"),
        pytest.param({"open": 0.5, "spur": 0.5, "none": 0.0}, "unsure", id="wrong, but what"),
    ],
)
def test_the_workflow_says_who_is_unsure(
    answers: dict[str, float],
    word: str,
    state: Inspection,
    workflow: Workflow,
    run_with: RunWith,
) -> None:
    runtime = run_with(ScriptedModel(choosing=lambda _: answers), workflow)
    judged = judge(state, runtime)

    assert any_unsure({**state, **judged}, runtime) == word


def test_answers_are_kept_as_the_model_gave_them(
    state: Inspection,
    workflow: Workflow,
    run_with: RunWith,
    make_calibration: Callable[..., Calibration],
) -> None:
    model = ScriptedModel(choosing=lambda _: {"open": 0.8, "spur": 0.0, "none": 0.2})
    trusted = workflow.model_copy(update={"calibration": {"en": make_calibration(temperature=2.0)}})

    (known, _) = judge(state, run_with(model, trusted))["judgements"]

    assert known.probabilities == known.looks[0].answers == {"open": 0.8, "spur": 0.0, "none": 0.2}


def test_a_region_at_the_rim_is_shown_from_inside_both_images(
    state: Inspection, workflow: Workflow, run_with: RunWith
) -> None:
    corner = Region(box_px=Box(225, 150, 240, 160), shift_px=(-5, -5), changed_px=9)
    rim: Inspection = {**state, "regions": [corner]}

    (known,) = judge(rim, run_with(ScriptedModel(), workflow))["judgements"]

    assert all(kept.view.box_px.fits((240, 160)) for kept in known.looks[0].pictures)


def test_asked_in_another_language_it_answers_with_the_same_labels(
    state: Inspection, in_chinese: Workflow, run_with: RunWith
) -> None:
    model = ScriptedModel(choosing=lambda _: {"断路": 0.7, "毛刺": 0.1, "正常": 0.2})

    (known, _) = judge(state, run_with(model, in_chinese))["judgements"]

    assert [request.answers for request in model.chosen] == [("断路", "毛刺", "正常")] * 2
    assert known.probabilities == {"open": 0.7, "spur": 0.1, "none": 0.2}
    asked = str(model.chosen[0].conversation[0].parts[0])
    assert "- 断路：…" in asked
    assert "不要报告灰尘。" in asked
    assert "open" not in asked


def test_a_workflows_own_layers_may_be_given_in_each_language(in_chinese: Workflow) -> None:
    layers = Layers(system={"en": "Look.", "zh": "看。"}, format="One label.")
    both = in_chinese.model_copy(update={"instructions": {"judge": layers}})

    english = both.model_copy(update={"language": "en"})

    assert brief_for("judge", both).system.startswith("看。\n")
    assert brief_for("judge", english).system.startswith("Look.\n")
    assert brief_for("judge", both).system.endswith("\nOne label.")
