"""A part without a template on which the model itself says where to look."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from langgraph.runtime import Runtime

from foveal.agents.context import Context, Gallery
from foveal.agents.explore import explore
from foveal.agents.listing import exactly
from foveal.agents.scripted import ScriptedModel, shown
from foveal.graphs.run import run_one
from foveal.models.load import load_model
from foveal.models.protocol import (
    Call,
    ChooseRequest,
    Reply,
    Tool,
    ToolCalls,
    VisionLanguageModel,
    WriteRequest,
)
from foveal.models.proxy import ModelProxy
from foveal.models.tool_text import call_text
from foveal.recording import RunRecorder
from foveal.records.run_directory import RunDirectory
from foveal.schemas.box import Box
from foveal.schemas.language import Language
from foveal.schemas.limits import Limits
from foveal.schemas.plan import SearchPlan
from foveal.schemas.workflow import Workflow
from foveal.tools.image import Image, image_from
from foveal.workflow_file import load_workflow

SIZE = 200
SPOT = Box(150, 100, 174, 120)


def zoom(*box: int) -> Call:
    return Call("zoom", {"box": list(box)})


ON_SPOT = zoom(600, 400, 1000, 800)
REPORT = Call("report", {"label": "short", "box": [750, 500, 870, 600]})
EVERYWHERE = [
    zoom(x, y, min(x + 400, 1000), min(y + 400, 1000)) for x in (0, 400, 800) for y in (0, 400, 800)
]


@pytest.fixture
def workflow() -> Workflow:
    """Uncalibrated, since that was fitted for a search; findings are taken as they are."""
    plan = SearchPlan(by="model", recognised_from=0.5)
    changed: dict[str, object] = {"verification": None, "calibration": {}, "plan": plan}
    return load_workflow("board-inspect").model_copy(update=changed)


def planned(workflow: Workflow, **plan: object) -> Workflow:
    changed = workflow.plan.model_copy(update=plan)
    return workflow.model_copy(update={"plan": changed})


def part(*spots: Box) -> Image:
    """Grey, with white where something is wrong."""
    pixels = np.full((SIZE, SIZE), 90, np.uint8)
    for spot in spots:
        pixels[spot.y1 : spot.y2, spot.x1 : spot.x2] = 255
    return image_from(pixels, "part.png")


def looking(request: ChooseRequest) -> dict[str, float]:
    *_, pixels = shown(request.conversation).values()
    if "yes" in request.answers:
        return {"yes": 0.9, "no": 0.1} if pixels.any() else {"yes": 0.2, "no": 0.8}
    right = "short" if (pixels > 200).sum() > 40 else "none"
    return {answer: 0.9 if answer == right else 0.1 / 6 for answer in request.answers}


def calling(*calls: Call) -> ScriptedModel:
    def write(request: WriteRequest) -> str:
        turn = sum(message.role == "assistant" for message in request.conversation)
        return call_text([*calls, Call("done", {})][turn])

    return ScriptedModel(choosing=looking, writing=write)


def test_what_the_model_reports_is_judged_like_what_a_search_found(workflow: Workflow) -> None:
    report = run_one(workflow, calling(ON_SPOT, REPORT), part(SPOT))

    (finding,) = report.findings
    assert (report.verdict, finding.label) == ("fail", "short")
    assert finding.box_px == SPOT.grown(7)
    assert (
        len(finding.evidence) == 1 + len(workflow.looks.closer) + 2
    )  # and A and B beside a like place


def test_a_report_of_nothing_is_harmless_to_the_judge(workflow: Workflow) -> None:
    usual = workflow.model_copy(update={"decision": Limits()})

    report = run_one(usual, calling(REPORT), part())

    assert report.findings == []
    assert report.verdict == "review"
    assert report.reason == "0% of the part was looked at, 99% is asked for"


def test_a_part_that_was_not_seen_whole_does_not_pass(workflow: Workflow) -> None:
    report = run_one(workflow, calling(ON_SPOT), part())

    assert report.verdict == "review"
    assert report.reason == "16% of the part was looked at, 99% is asked for"


def test_a_clean_part_that_was_seen_whole_passes(workflow: Workflow) -> None:
    report = run_one(workflow, calling(*EVERYWHERE), part())

    assert (report.verdict, report.reason) == ("pass", "no place was named that looks suspicious")
    assert report.coverage.share == 1
    assert report.coverage.mm_per_px == pytest.approx(1 / 48)


def test_calls_that_are_spent_leave_the_rest_unseen(workflow: Workflow) -> None:
    report = run_one(planned(workflow, most_calls=9), calling(*EVERYWHERE), part())

    assert report.verdict == "review", "the last view was asked for and not looked at"
    assert report.reason.endswith("99% is asked for; the model had no calls left")


def test_calls_that_are_refused_in_a_row_are_the_reason(workflow: Workflow) -> None:
    usual = workflow.model_copy(update={"decision": Limits()})
    report = run_one(usual, calling(*[REPORT] * 9), part())

    assert report.verdict == "review"
    assert report.reason.endswith("; 3 calls of the model in a row were refused")


def test_a_single_pass_of_the_same_workflow_searches_nothing(workflow: Workflow) -> None:
    model = calling(*EVERYWHERE)

    run_one(workflow.model_copy(update={"graph": "survey"}), model, part(), part())

    assert len(model.written) == 1


def test_a_picture_of_something_else_is_not_explored(workflow: Workflow) -> None:
    model = calling(ON_SPOT)

    report = run_one(workflow, model, image_from(np.zeros((90, 90), np.uint8), "dark.png"))

    assert report.verdict == "review"
    assert model.written == []


@pytest.fixture(scope="module")
def tiny() -> VisionLanguageModel:
    return load_model("tiny")


@dataclass(eq=False)
class Led(ModelProxy):
    """A model that calls, turn by turn, one tool: it is shown, reads and writes by itself."""

    turns: Sequence[Tool]
    asked: list[WriteRequest] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)

    def write(self, requests: Sequence[WriteRequest]) -> list[Reply]:
        (request,) = requests
        grammar = ToolCalls((self.turns[len(self.replies)],))
        self.asked.append(request)
        self.replies.extend(self.model.write([replace(request, grammar=grammar)]))
        return self.replies[-1:]


def zooming(x: int, y: int) -> Tool:
    """Of one place or another beside it: what leaves no choice is written without the model."""
    boxes = [[x, y, x + 120, y + height] for height in (119, 120)]
    return Tool("zoom", exactly({"box": {"enum": boxes}}))


def test_the_model_that_ships_encodes_each_picture_once_and_reads_on_where_it_was(
    workflow: Workflow, tiny: VisionLanguageModel, other_board: Image, tmp_path: Path
) -> None:
    places = (0, 0), (10, 10), (500, 500), (800, 800)
    model = Led(tiny, [zooming(*place) for place in places])
    workflow = planned(workflow, most_calls=len(places))
    directory = RunDirectory.open(tmp_path)
    context = Context(model, workflow, Gallery(other_board), RunRecorder(directory))

    learned = explore({"tested": other_board.id}, Runtime(context=context))

    lines = map(json.loads, directory.ledger.path.read_text().splitlines())
    *_, last = (line["data"] for line in lines if line["kind"] == "write")
    assert len(last["pictures"]) == len(set(last["pictures"])) == 3
    assert learned["usage"].image_encodes == 3
    for earlier, later in pairwise(reply.usage for reply in model.replies):
        assert later.prefill_tokens > 0
        assert later.cached_tokens >= earlier.cached_tokens + earlier.prefill_tokens
    written = [known.ids for known in model.asked[-1].conversation if known.role == "assistant"]
    assert written == [reply.ids for reply in model.replies[:-1]]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_model_that_ships_stays_within_its_calls_and_ends(
    language: Language,
    workflow: Workflow,
    tiny: VisionLanguageModel,
    tested: Image,
    tmp_path: Path,
) -> None:
    directory = RunDirectory.open(tmp_path)
    asked = planned(workflow, most_calls=5, recognised_from=0.1).in_language(language)

    report = run_one(asked, tiny, tested, recorder=RunRecorder(directory))
    directory.finish(report)

    lines = [json.loads(line) for line in directory.ledger.path.read_text().splitlines()]
    (explored,) = (line["data"] for line in lines if line["kind"] == "explored")
    (told,) = (line["data"]["offered"] for line in lines if line["kind"] == "tools")
    assert [tool["name"] for tool in told] == ["zoom", "report", "done"]
    assert all(tool["description"] for tool in told)
    assert 1 <= explored["usage"]["model_calls"] <= 5
    assert len(explored["views"]) <= 5
    assert report.verdict != "pass", "five views of 80 pixels do not cover a board"


def test_the_model_that_ships_scouts(
    workflow: Workflow, tiny: VisionLanguageModel, tested: Image
) -> None:
    plan = SearchPlan(scout=True, recognised_from=0.5, most_views=4)

    report = run_one(workflow.model_copy(update={"plan": plan}), tiny, tested)

    assert report.verdict != "pass", "four views of 80 pixels do not cover a board"
