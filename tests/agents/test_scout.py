"""Where the model would look first; whatever it replies, the run goes on."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from langgraph.runtime import Runtime

from foveal.agents.context import Context
from foveal.agents.inspection import Hint, Inspection
from foveal.agents.scout import MOST_REGIONS, scout
from foveal.agents.scripted import ScriptedModel, shown
from foveal.models.protocol import JsonSchema, VisionLanguageModel, WriteRequest
from foveal.recording import RunRecorder
from foveal.records.run_directory import RunDirectory
from foveal.schemas.box import Box
from foveal.schemas.errors import BadReply
from foveal.schemas.plan import SearchPlan
from foveal.schemas.report import Usage
from foveal.schemas.workflow import Workflow
from foveal.tools.image import Image

Rows = Callable[[str], list[dict[str, Any]]]
RunWith = Callable[[VisionLanguageModel, Workflow], Runtime[Context]]


@pytest.fixture
def scouting(workflow: Workflow) -> Workflow:
    return workflow.model_copy(update={"graph": "inspect", "plan": SearchPlan(scout=True)})


@pytest.fixture
def alone(tested: Image) -> Inspection:
    return {"tested": tested.id}


def recorded(runtime: Runtime[Context], directory: RunDirectory) -> Runtime[Context]:
    return Runtime(context=replace(runtime.context, recorder=RunRecorder(directory)))


def naming(*places: tuple[list[int], str]) -> ScriptedModel:
    said = json.dumps({"regions": [{"box": box, "why": why} for box, why in places]})
    return ScriptedModel(writing=lambda _: said)


def test_the_whole_part_is_shown_small_and_places_come_back_in_its_pixels(
    scouting: Workflow, alone: Inspection, run_with: RunWith
) -> None:
    model = naming(([375, 350, 458, 475], "a gap  across\nthe trace"))

    learned = scout(alone, run_with(model, scouting))

    assert learned["hints"] == [Hint(box_px=Box(90, 56, 110, 76), why="a gap across the trace")]
    assert learned["usage"] == Usage(
        image_encodes=1, model_calls=1, new_tokens=len(model.writing(model.written[0]).split(" "))
    )
    (request,) = model.written
    assert shown(request.conversation)["A"].shape == (171, 256)


def test_what_it_may_write_is_bound(
    scouting: Workflow, alone: Inspection, run_with: RunWith
) -> None:
    model = naming()

    scout(alone, run_with(model, scouting))

    (request,) = model.written
    assert isinstance(request.grammar, JsonSchema)
    assert request.grammar.schema["properties"]["regions"]["maxItems"] == MOST_REGIONS


def test_without_it_in_the_plan_nothing_is_asked(
    workflow: Workflow, alone: Inspection, run_with: RunWith
) -> None:
    model = naming(([0, 0, 500, 500], "dark"))

    assert scout(alone, run_with(model, workflow)) == {"hints": []}
    assert model.written == []


def test_what_it_named_and_why_is_kept_with_the_picture_it_was_shown(
    scouting: Workflow, alone: Inspection, run_with: RunWith, directory: RunDirectory, rows: Rows
) -> None:
    model = naming(([375, 350, 458, 475], "a gap"))

    scout(alone, recorded(run_with(model, scouting), directory))

    assert rows("scout") == [{"hints": [{"box_px": [90, 56, 110, 76], "why": "a gap"}]}]
    (written,), (instructions,) = rows("write"), rows("instructions")
    assert written["prompt"] == instructions["sha256"]
    (crop,) = written["pictures"]
    assert np.array_equal(directory.images.load(crop), shown(model.written[0].conversation)["A"])


NONSENSE = {
    "nothing": "",
    "no JSON": "nothing to see",
    "cut": '{"regions": [{"box": [1, 2, 3, 4], "why": "a',
    "a box of three": '{"regions": [{"box": [1, 2, 3], "why": "dark"}]}',
    "half a character": '{"regions": [{"box": [1, 2, 3, 4], "why": "\\ud800"}]}',
}


@pytest.mark.parametrize("said", NONSENSE.values(), ids=NONSENSE)
def test_a_reply_that_cannot_be_read_hints_at_nothing(
    said: str, scouting: Workflow, alone: Inspection, run_with: RunWith
) -> None:
    model = ScriptedModel(writing=lambda _: said)

    assert scout(alone, run_with(model, scouting))["hints"] == []


def test_a_reply_beyond_repair_hints_at_nothing(
    scouting: Workflow, alone: Inspection, run_with: RunWith
) -> None:
    def beyond_repair(_: WriteRequest) -> str:
        raise BadReply("what was written is no JSON", fix="ask again")

    assert scout(alone, run_with(ScriptedModel(writing=beyond_repair), scouting))["hints"] == []


ODD_BOXES = {
    "empty": [500, 500, 500, 500],
    "corners the other way round": [900, 900, 100, 100],
    "outside": [2000, -50, 3000, 4000],
    "everything": [0, 0, 1000, 1000],
}


@pytest.mark.parametrize("box", ODD_BOXES.values(), ids=ODD_BOXES)
def test_odd_boxes_are_places_of_the_part(
    box: list[int], scouting: Workflow, alone: Inspection, run_with: RunWith, tested: Image
) -> None:
    (hint,) = scout(alone, run_with(naming((box, "odd")), scouting))["hints"]

    assert hint.box_px.fits(tested.size)


def test_no_more_places_are_taken_than_it_was_told(
    scouting: Workflow, alone: Inspection, run_with: RunWith
) -> None:
    places = [([10 * at, 0, 10 * at + 50, 50], "dark") for at in range(MOST_REGIONS + 3)]

    hints = scout(alone, run_with(naming(*places), scouting))["hints"]

    assert len(hints) == MOST_REGIONS


def test_a_scout_thinks_within_its_tokens(
    scouting: Workflow, alone: Inspection, run_with: RunWith
) -> None:
    model = naming()
    scout(alone, run_with(model, scouting.model_copy(update={"thinking": {"scout": 20}})))
    scout(alone, run_with(model, scouting))

    thinking, at_once = model.written
    assert (thinking.thinking_tokens, at_once.thinking_tokens) == (20, 0)
    assert thinking.max_new_tokens == at_once.max_new_tokens + 20
