"""A model that looks by its own tools: what it is shown, what it is told, and where it ends."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from langgraph.runtime import Runtime

from foveal.agents.context import Context
from foveal.agents.explore import MOST_REFUSED, explore
from foveal.agents.inspection import Inspection, Region
from foveal.agents.moves import NO_CALL, called
from foveal.agents.scripted import ScriptedModel, shown
from foveal.models.coordinates import Coordinates
from foveal.models.protocol import (
    Call,
    Conversation,
    ToolCalls,
    VisionLanguageModel,
    WriteRequest,
)
from foveal.models.tool_text import call_text
from foveal.recording import RunRecorder
from foveal.records.run_directory import RunDirectory
from foveal.schemas.box import Box
from foveal.schemas.errors import BadReply
from foveal.schemas.plan import SearchPlan
from foveal.schemas.workflow import Workflow
from foveal.tools.image import Image
from foveal.tools.view import cut

CUT = Box(90, 56, 110, 76)
"""Where the trace is cut, on a part of 240 × 160 pixels."""

SIDE_PX = 40
WIDEST = [167, 250]
"""In thousandths of the part."""

RunWith = Callable[[VisionLanguageModel, Workflow], Runtime[Context]]
Rows = Callable[[str], list[dict[str, Any]]]


def zoom(*box: int) -> Call:
    return Call("zoom", {"box": list(box)})


def report(*box: int, label: str = "open") -> Call:
    return Call("report", {"label": label, "box": list(box)})


DONE = Call("done", {})
NEAR_CUT, BESIDE, FAR = zoom(333, 250, 500, 500), zoom(340, 255, 505, 505), zoom(0, 0, 166, 250)
ON_CUT = report(375, 350, 458, 475)


def calling(*turns: Call | str | BadReply) -> Callable[[WriteRequest], str]:
    """One after another, then no more; a text is written as it is."""

    def write(request: WriteRequest) -> str:
        number = sum(message.role == "assistant" for message in request.conversation)
        turn = [*turns, DONE][number]
        if isinstance(turn, BadReply):
            raise turn
        return turn if isinstance(turn, str) else call_text(turn)

    return write


@dataclass
class Exploring:
    """One exploration, and what is to be asked about it."""

    alone: Inspection
    workflow: Workflow
    run_with: RunWith
    directory: RunDirectory
    model: ScriptedModel

    def __call__(self, *turns: Call | str | BadReply, **plan: object) -> Inspection:
        self.model.writing = calling(*turns)
        plan = {"by": "model", "side_px": SIDE_PX} | plan
        changed = {"graph": "inspect", "plan": SearchPlan.model_validate(plan)}
        runtime = self.run_with(self.model, self.workflow.model_copy(update=changed))
        context = replace(runtime.context, recorder=RunRecorder(self.directory))
        return explore(self.alone, Runtime(context=context))

    @property
    def conversation(self) -> Conversation:
        """As it was at the last turn."""
        return self.model.written[-1].conversation

    @property
    def told(self) -> list[str]:
        """What came back of calls, pictures aside."""
        return [str(*known.parts) for known in self.conversation if known.role == "tool"]


@pytest.fixture
def exploring(
    workflow: Workflow, tested: Image, run_with: RunWith, directory: RunDirectory
) -> Exploring:
    return Exploring({"tested": tested.id}, workflow, run_with, directory, ScriptedModel())


def test_it_sees_the_whole_part_small_and_is_offered_tools(exploring: Exploring) -> None:
    exploring()

    (request,) = exploring.model.written
    system, question = request.conversation
    assert [tool.name for tool in system.tools] == ["zoom", "report", "done"]
    assert system.tools[1].arguments["properties"]["label"] == {"enum": ["open", "spur"]}
    assert request.grammar == ToolCalls(system.tools, most=1)
    assert f"at most {WIDEST[0]} by {WIDEST[1]} at a time" in str(system.parts)
    assert shown((question,))["A"].shape == (171, 256)


def test_what_it_zooms_on_is_cut_from_the_original_and_shown_by_the_user(
    exploring: Exploring, tested: Image, workflow: Workflow
) -> None:
    exploring(NEAR_CUT)

    _, _, call, placeholder, picture = exploring.conversation
    assert call.calls == (NEAR_CUT,)
    assert [str(part) for part in placeholder.parts] == ["see V1"]
    assert (picture.role, picture.parts[0]) == ("user", "V1: ")
    side = workflow.looks.size_px
    square = cut(tested, Box(79, 39, 120, 80), size=(side, side))
    assert np.array_equal(shown((picture,))["V1"], square.pixels)


def test_a_small_place_is_shown_with_its_surroundings_as_a_square(exploring: Exploring) -> None:
    learned = exploring(zoom(400, 400, 420, 405))

    (view,) = learned["views"]
    assert (view.box_px.width, view.box_px.height) == (SIDE_PX, SIDE_PX)


def test_what_it_reports_is_a_region_with_its_margin_and_its_size(exploring: Exploring) -> None:
    learned = exploring(NEAR_CUT, ON_CUT)

    assert exploring.told == ["see V1", "noted"]
    assert learned["regions"] == [Region(box_px=CUT.grown(7), size_px=20)]


def test_more_than_are_judged_are_for_a_person(exploring: Exploring, workflow: Workflow) -> None:
    exploring.workflow = workflow.model_copy(update={"max_regions": 1})

    learned = exploring(ON_CUT, report(0, 0, 100, 100))

    assert learned["obstacle"] == "2 regions look wrong, more than the 1 judged"


def test_nearly_the_same_place_is_told_back_and_not_shown_again(exploring: Exploring) -> None:
    exploring(NEAR_CUT, BESIDE, FAR)

    said = "V1 shows that already: zoom elsewhere, report, or call done"
    assert exploring.told == ["see V1", said, "see V2"]
    assert list(shown(exploring.conversation)) == ["A", "V1", "V2"]


def test_a_place_is_reported_once(exploring: Exploring) -> None:
    learned = exploring(ON_CUT, report(376, 350, 458, 475))

    assert exploring.told == ["noted", "that place is reported already: go on, or call done"]
    assert len(learned["regions"]) == 1


REFUSED = {
    "outside": (
        zoom(900, 900, 1050, 1000),
        "[900, 900, 1050, 1000] leaves A: x is 0 to 1000, y is 0 to 1000",
    ),
    "before the beginning": (
        zoom(-5, 0, 50, 50),
        "[-5, 0, 50, 50] leaves A: x is 0 to 1000, y is 0 to 1000",
    ),
    "empty": (
        zoom(300, 300, 300, 400),
        "[300, 300, 300, 400] is empty: write [x1, y1, x2, y2]",
    ),
    "too wide": (
        zoom(0, 0, 168, 100),
        "[0, 0, 168, 100] is too large: zoom on at most 167 by 250",
    ),
    "too high": (
        zoom(100, 300, 0, 0),
        "[100, 300, 0, 0] is too large: zoom on at most 167 by 250",
    ),
    "three numbers": (Call("zoom", {"box": [1, 2, 3]}), "zoom was called wrongly: give it box"),
    "no label": (
        Call("report", {"box": [0, 0, 9, 9]}),
        "report was called wrongly: give it label, box",
    ),
    "an empty report": (report(5, 5, 5, 5), "[5, 5, 5, 5] is empty: write [x1, y1, x2, y2]"),
    "another tool": (Call("rotate", {}), "there is no tool 'rotate': call zoom, report or done"),
}


@pytest.mark.parametrize(("call", "said"), REFUSED.values(), ids=REFUSED)
def test_a_call_that_cannot_be_followed_is_told_back_with_what_to_do(
    call: Call, said: str, exploring: Exploring
) -> None:
    learned = exploring(call)

    assert exploring.told == [said]
    assert list(shown(exploring.conversation)) == ["A"]
    assert (learned["views"], learned["regions"]) == ([], [])


def test_after_so_many_such_calls_in_a_row_it_ends_with_what_it_has(
    exploring: Exploring, rows: Rows
) -> None:
    empty = zoom(1, 1, 1, 1)

    learned = exploring(empty, ON_CUT, empty, empty, empty, NEAR_CUT)

    assert len(exploring.model.written) == 2 + MOST_REFUSED
    assert len(learned["regions"]) == 1
    assert rows("explored")[0]["ended"] == "refused"


def test_its_calls_are_counted(exploring: Exploring, rows: Rows) -> None:
    exploring(FAR, ON_CUT, NEAR_CUT, DONE, most_calls=2)

    assert len(exploring.model.written) == 2
    assert rows("explored")[0]["ended"] == "calls spent"


def test_a_turn_that_is_cut_ends_it(exploring: Exploring, rows: Rows) -> None:
    allowed = len(call_text(NEAR_CUT).split(" "))

    learned = exploring(NEAR_CUT, ON_CUT, call_tokens=allowed)

    assert len(exploring.model.written) == 2
    assert (learned["regions"], learned["views"]) == ([], [])
    assert rows("explored")[0]["ended"] == "cut"


UNUSABLE = {"no call": "I see nothing.", "half a call": call_text(DONE)[:30]}


@pytest.mark.parametrize("turn", UNUSABLE.values(), ids=UNUSABLE)
def test_a_turn_that_holds_no_whole_call_is_told_so(
    turn: str, exploring: Exploring, rows: Rows
) -> None:
    learned = exploring(turn, ON_CUT)

    *_, said, answer, _, _ = exploring.conversation
    assert (said.role, said.parts) == ("assistant", (turn,))
    assert (answer.role, answer.parts) == ("user", (NO_CALL,))
    assert len(learned["regions"]) == 1
    assert rows("explored")[0]["ended"] == "done"
    assert [row["tool"] for row in rows("explore")] == [None, "report", "done"]


def test_turns_without_a_call_come_to_an_end(exploring: Exploring, rows: Rows) -> None:
    exploring("Hm.", "Hm.", "Hm.", ON_CUT)

    assert len(exploring.model.written) == 3
    assert rows("explored")[0]["ended"] == "refused"


def test_a_turn_beyond_repair_ends_it(exploring: Exploring, rows: Rows) -> None:
    learned = exploring(ON_CUT, BadReply("what was written is no call", fix="ask again"))

    assert len(learned["regions"]) == 1
    assert rows("explored")[0]["ended"] == "cut"
    assert rows("explore")[-1] == {"refused": "what was written is no call"}


def test_looked_at_is_what_it_went_on_from(exploring: Exploring) -> None:
    answered, unanswered = exploring(FAR), exploring(FAR, most_calls=1)

    assert [view.box_px for view in answered["views"]] == [Box(0, 0, 40, 40)]
    assert answered["coverage"].share == pytest.approx(40 * 40 / (240 * 160))
    assert (unanswered["views"], unanswered["coverage"].share) == ([], 0)


def test_every_step_is_kept_with_the_picture_it_showed(
    exploring: Exploring, rows: Rows, directory: RunDirectory
) -> None:
    exploring(NEAR_CUT, zoom(1, 1, 1, 1), ON_CUT)

    steps, turns = rows("explore"), rows("write")
    assert [step["tool"] for step in steps] == ["zoom", "zoom", "report", "done"]
    assert [step["answer"] for step in steps[:3]] == exploring.told
    assert steps[0]["arguments"] == {"box": [333, 250, 500, 500]}
    assert [step["picture"] is None for step in steps] == [False, True, True, True]
    assert [len(turn["pictures"]) for turn in turns] == [1, 2, 2, 2]
    assert turns[1]["pictures"][1] == steps[0]["picture"]
    seen = [directory.images.load(crop) for crop in turns[-1]["pictures"]]
    for pixels, sent in zip(seen, shown(exploring.conversation).values(), strict=True):
        assert np.array_equal(pixels, sent)
    assert {turn["prompt"] for turn in turns} == {rows("instructions")[0]["sha256"]}
    assert rows("explored")[0]["ended"] == "done"


def test_the_conversation_only_grows(exploring: Exploring) -> None:
    exploring(NEAR_CUT, zoom(1, 1, 1, 1), FAR, ON_CUT)

    turns = [request.conversation for request in exploring.model.written]
    for earlier, later in pairwise(turns):
        assert later[: len(earlier)] == earlier


def test_boxes_are_read_in_the_coordinates_of_the_model(exploring: Exploring) -> None:
    exploring.model.coordinates = Coordinates(unit="pixel")

    learned = exploring(report(96, 60, 117, 81), zoom(250, 0, 257, 10))

    (region,) = learned["regions"]
    assert region.box_px.iou(CUT.grown(7)) > 0.9
    assert exploring.told[1] == "[250, 0, 257, 10] leaves A: x is 0 to 256, y is 0 to 171"
    assert "at most 43 by 43 at a time" in str(exploring.conversation[0].parts)


def test_labels_are_offered_in_the_language_that_it_is_asked_in(
    exploring: Exploring, in_chinese: Workflow
) -> None:
    exploring.workflow = in_chinese

    exploring()

    (system, _) = exploring.conversation
    assert system.tools[1].arguments["properties"]["label"] == {"enum": ["断路", "毛刺"]}
    assert "每次最多 167 乘 250" in str(system.parts)


def test_calls_are_read_from_any_text() -> None:
    assert called(f"I look. {call_text(FAR)}\n{call_text(DONE)}") == FAR
    assert called('<tool_call>{"arguments":{},"name":"done"}</tool_call>') == DONE
    assert called('<tool_call>\n{"name": "zoom", "arguments": {"box": [1') is None
    assert called('<tool_call>["done"]</tool_call>') is None
    assert called("") is None


def test_each_turn_may_think_within_tokens_of_its_own(exploring: Exploring) -> None:
    exploring.workflow = exploring.workflow.model_copy(update={"thinking": {"explore": 20}})
    exploring(NEAR_CUT)

    tokens = exploring.workflow.plan.call_tokens
    asked = exploring.model.written
    assert {(one.thinking_tokens, one.max_new_tokens) for one in asked} == {(20, 20 + tokens)}
