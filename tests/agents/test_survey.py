from collections.abc import Callable

import pytest
from langgraph.runtime import Runtime

from foveal.agents.context import Context
from foveal.agents.inspection import Inspection
from foveal.agents.scripted import ScriptedModel, shown
from foveal.agents.survey import SIDE_PX, look_once
from foveal.models.coordinates import Coordinates
from foveal.models.protocol import Finish, VisionLanguageModel
from foveal.schemas.box import Box
from foveal.schemas.report import Coverage
from foveal.schemas.workflow import Layers, Scale, Workflow

RunWith = Callable[[VisionLanguageModel, Workflow], Runtime[Context]]


def test_what_the_model_lists_is_found_in_original_pixels(
    state: Inspection, workflow: Workflow, run_with: RunWith
) -> None:
    text = '{"findings": [{"label": "open", "box": [500, 250, 250, 1000]}]}'

    update = look_once(state, run_with(ScriptedModel(writing=lambda _: text), workflow))

    (known,) = update["judgements"]
    assert known.region.box_px == Box(60, 40, 120, 160)
    assert known.probabilities == {"open": 1.0, "spur": 0.0, "none": 0.0}
    assert "obstacle" not in update


def test_boxes_are_read_in_the_coordinates_of_the_model(
    state: Inspection, workflow: Workflow, run_with: RunWith
) -> None:
    text = '{"findings": [{"label": "open", "box": [64, 0, 128, 171]}]}'
    model = ScriptedModel(writing=lambda _: text, coordinates=Coordinates("pixel"))

    update = look_once(state, run_with(model, workflow))

    (known,) = update["judgements"]
    assert known.region.box_px == Box(60, 0, 120, 160)


def test_both_parts_are_shown_whole_and_small(
    state: Inspection, workflow: Workflow, run_with: RunWith
) -> None:
    model = ScriptedModel(writing=lambda _: '{"findings": []}')

    look_once(state, run_with(model, workflow))

    (request,) = model.written
    pictures = shown(request.conversation)
    assert {name: pixels.shape for name, pixels in pictures.items()} == {
        name: (round(160 * SIDE_PX / 240), SIDE_PX) for name in "AB"
    }


@pytest.mark.parametrize(("budget", "asked"), [({}, 0), ({"survey": 50}, 50), ({"find": 50}, 0)])
def test_it_thinks_where_it_has_tokens_for_it(
    budget: dict[str, int], asked: int, state: Inspection, workflow: Workflow, run_with: RunWith
) -> None:
    text = '{"findings": [{"label": "open", "box": [0, 0, 500, 500]}]}'
    model = ScriptedModel(writing=lambda _: text, thinking="A gap." if asked else "")
    thinking = workflow.model_copy(update={"thinking": budget})

    (known,) = look_once(state, run_with(model, thinking))["judgements"]

    (request,) = model.written
    assert (request.thinking_tokens, request.max_new_tokens) == (asked, 800 + asked)
    assert known.looks[0].thought == ("A gap." if asked else None)
    assert ("Think first" in str(request.conversation[0].parts)) == bool(asked)


def test_a_reply_that_was_cut_is_an_obstacle_and_says_where(
    state: Inspection, workflow: Workflow, run_with: RunWith
) -> None:
    model = ScriptedModel(writing=lambda _: '{"findings": [' + "{ " * 900)

    update = look_once(state, run_with(model, workflow))

    assert update["obstacle"] == "the reply was cut at 800 tokens"
    assert "judgements" not in update
    assert update["usage"].new_tokens == 800


@pytest.mark.parametrize(
    ("finish", "reason"),
    [("time", "cut after 3 tokens, when its time was up"), ("loop", "because it repeated itself")],
)
def test_a_list_is_not_read_from_a_reply_that_was_cut(
    state: Inspection, workflow: Workflow, run_with: RunWith, finish: Finish, reason: str
) -> None:
    """Even where what is there happens to be a whole list."""
    text = '{"findings": [ ]}'
    model = ScriptedModel(writing=lambda _: text, finish=finish)

    update = look_once(state, run_with(model, workflow))

    assert reason in update["obstacle"]
    assert "judgements" not in update


def test_a_reply_that_is_no_list_is_an_obstacle(
    state: Inspection, workflow: Workflow, run_with: RunWith
) -> None:
    model = ScriptedModel(writing=lambda _: "A trace is cut.")

    update = look_once(state, run_with(model, workflow))

    assert update["obstacle"] == "the reply is not the list that was asked for"


def test_a_workflow_may_replace_its_instructions(
    state: Inspection, workflow: Workflow, run_with: RunWith
) -> None:
    model = ScriptedModel(writing=lambda _: '{"findings": []}')
    other = workflow.model_copy(update={"instructions": {"survey": Layers(format="List all.")}})

    look_once(state, run_with(model, other))

    (request,) = model.written
    assert str(request.conversation[0].parts[0]).endswith("\nList all.")


@pytest.mark.parametrize(("scale", "mm_per_px"), [(None, None), (Scale(px_per_mm=10), 0.1)])
def test_coverage_is_as_fine_as_the_part_was_shown(
    scale: Scale | None,
    mm_per_px: float | None,
    state: Inspection,
    workflow: Workflow,
    run_with: RunWith,
) -> None:
    """The images are smaller than the picture, and enlarging adds nothing."""
    scaled = workflow.model_copy(update={"scale": scale})

    update = look_once(state, run_with(ScriptedModel(), scaled))

    assert update["coverage"] == Coverage(share=1, mm_per_px=mm_per_px)


def test_what_is_listed_in_another_language_is_found_under_the_same_label(
    state: Inspection, in_chinese: Workflow, run_with: RunWith
) -> None:
    model = ScriptedModel(
        writing=lambda _: '{"findings": [{"label": "断路", "box": [0, 0, 500, 500]}]}'
    )

    (known,) = look_once(state, run_with(model, in_chinese))["judgements"]

    assert known.probabilities == {"open": 1.0, "spur": 0.0, "none": 0.0}


def test_a_label_in_a_language_it_was_not_asked_in_is_not_read(
    state: Inspection, in_chinese: Workflow, run_with: RunWith
) -> None:
    text = '{"findings": [{"label": "open", "box": [0, 0, 500, 500]}]}'

    update = look_once(state, run_with(ScriptedModel(writing=lambda _: text), in_chinese))

    assert update["obstacle"] == "the reply is not the list that was asked for"
