"""A part without a template: searched view by view, places listed, each looked at again."""

import json

import numpy as np
import pytest

from foveal.agents.scripted import ScriptedModel, shown
from foveal.graphs.run import run_one
from foveal.models.load import load_model
from foveal.models.protocol import ChooseRequest, Pixels, WriteRequest
from foveal.schemas.box import Box
from foveal.schemas.plan import SearchPlan
from foveal.schemas.report import Report
from foveal.schemas.workflow import Workflow
from foveal.tools.image import Image, image_from
from foveal.workflow_file import load_workflow

SPOT = Box(300, 200, 324, 220)
SIZE = 400


@pytest.fixture
def workflow() -> Workflow:
    """Findings are taken as they are; tests/graphs/test_verified.py has them tested."""
    return load_workflow("board-inspect").model_copy(update={"verification": None})


def part(*spots: Box) -> Image:
    """Grey, with white where something is wrong."""
    pixels = np.full((SIZE, SIZE), 90, np.uint8)
    for spot in spots:
        pixels[spot.y1 : spot.y2, spot.x1 : spot.x2] = 255
    return image_from(pixels, "part.png")


def spot_in(pixels: Pixels) -> tuple[int, int, int, int] | None:
    """Where a view is white, 0 to 1000, if that is not at its very rim."""
    y, x = np.nonzero(pixels > 200)
    if len(x) < 40:
        return None
    height, width = pixels.shape
    left, top, right, bottom = x.min() / width, y.min() / height, x.max() / width, y.max() / height
    return tuple(round(1000 * float(v)) for v in (left, top, right, bottom))  # type: ignore[return-value]


def looking(request: ChooseRequest) -> dict[str, float]:
    *_, pixels = shown(request.conversation).values()
    if "yes" in request.answers:
        return {"yes": 0.999, "no": 0.001} if pixels.any() else {"yes": 0.2, "no": 0.8}
    right = "short" if spot_in(pixels) else "none"
    return {answer: 0.9 if answer == right else 0.1 / 6 for answer in request.answers}


def listing(request: WriteRequest) -> str:
    (pixels,) = shown(request.conversation).values()
    box = spot_in(pixels)
    findings = [{"label": "short", "box": box}] if box else []
    return json.dumps({"findings": findings}, separators=(",", ":"))


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel(choosing=looking, writing=listing)


def planned(workflow: Workflow, **plan: object) -> Workflow:
    return workflow.model_copy(update={"plan": SearchPlan(**plan)})  # type: ignore[arg-type]


def inspected(workflow: Workflow, model: ScriptedModel, *spots: Box) -> Report:
    return run_one(workflow, model, part(*spots))


def test_what_is_wrong_is_found_once_where_it_is(workflow: Workflow, model: ScriptedModel) -> None:
    report = inspected(workflow, model, SPOT)

    (finding,) = report.findings
    assert (report.verdict, finding.label) == ("fail", "short")
    assert finding.box_px.iou(SPOT.grown(7)) > 0.8
    assert finding.size_mm == pytest.approx(SPOT.width / 48, abs=1.1 / 48)
    assert finding.confidence == pytest.approx(1 - 0.1 / 6)
    assert [image.name for image in report.images] == ["image"]
    assert {evidence.view.image for evidence in finding.evidence} == {report.images[0].id}


def test_a_clean_part_passes_and_says_how_finely_it_was_seen(
    workflow: Workflow, model: ScriptedModel
) -> None:
    report = inspected(workflow, model)

    assert (report.verdict, report.reason) == ("pass", "no place was named that looks suspicious")
    assert report.coverage.share == 1
    assert report.coverage.mm_per_px == pytest.approx(1 / 48)
    assert model.written == []


def test_two_places_are_two_findings(workflow: Workflow, model: ScriptedModel) -> None:
    other = Box(60, 80, 84, 100)
    report = inspected(workflow, model, SPOT, other)
    assert len(report.findings) == 2
    for spot in (SPOT, other):
        assert max(finding.box_px.iou(spot.grown(7)) for finding in report.findings) > 0.7


def test_a_quad_tree_looks_closer_only_where_something_may_be_wrong(
    workflow: Workflow, model: ScriptedModel
) -> None:
    grid = inspected(workflow, model, SPOT)
    tree = inspected(planned(workflow, levels=3, divide_at=0.5), model, SPOT)

    assert tree.findings[0].box_px.iou(SPOT.grown(7)) > 0.7
    assert tree.coverage.share == 1
    assert tree.coverage.mm_per_px is not None
    assert grid.coverage.mm_per_px is not None
    assert tree.coverage.mm_per_px > grid.coverage.mm_per_px, "the clean rest was seen coarser"
    assert tree.usage.image_encodes < grid.usage.image_encodes


def test_a_part_that_was_not_seen_whole_does_not_pass(
    workflow: Workflow, model: ScriptedModel
) -> None:
    report = inspected(planned(workflow, most_views=5), model)
    assert report.verdict == "review"
    assert report.coverage.share < 0.99
    assert report.reason.endswith("of the part was looked at, 99% is asked for")


def test_a_view_that_lists_nothing_is_shown_in_parts(workflow: Workflow) -> None:
    """This model says where something is only once a spot fills a quarter of the width."""
    near = 250

    def write(request: WriteRequest) -> str:
        (pixels,) = shown(request.conversation).values()
        box = spot_in(pixels)
        return listing(request) if box and box[2] - box[0] > near else '{"findings":[]}'

    small = Box(300, 200, 316, 214)
    report = run_one(workflow, ScriptedModel(choosing=looking, writing=write), part(small))

    (finding,) = report.findings
    assert finding.box_px.iou(small.grown(7)) > 0.8


def test_a_view_is_not_shown_in_parts_for_what_another_lists(workflow: Workflow) -> None:
    """One model lists what it suspects, the other only what does not lie low or to the right."""
    spot = Box(268, 216, 292, 236)  # whole in four views

    def first(request: WriteRequest) -> str:
        (pixels,) = shown(request.conversation).values()
        left, top, right, bottom = spot_in(pixels) or (0, 0, 0, 0)
        return listing(request) if max(left + right, top + bottom) < 1100 else '{"findings":[]}'

    all_listed = ScriptedModel(choosing=looking, writing=listing)
    few_listed = ScriptedModel(choosing=looking, writing=first)
    for model in (all_listed, few_listed):
        (finding,) = run_one(workflow, model, part(spot)).findings
        assert finding.box_px.iou(spot.grown(7)) > 0.7
    assert any(first(request) == '{"findings":[]}' for request in few_listed.written)
    assert len(few_listed.written) == len(all_listed.written)


def test_what_looks_wrong_and_is_listed_nowhere_is_not_judged(workflow: Workflow) -> None:
    def unsure(request: ChooseRequest) -> dict[str, float]:
        said = looking(request)
        return said if said.get("short", 0) < 0.5 else {**said, "short": 0.6, "none": 1 / 3}

    silent = ScriptedModel(choosing=unsure, writing=lambda _: '{"findings":[]}')
    report = run_one(workflow, silent, part(SPOT))

    assert (report.verdict, report.findings) == ("pass", [])


def test_what_surely_is_wrong_gives_its_middle_though_it_lists_nothing(workflow: Workflow) -> None:
    silent = ScriptedModel(choosing=looking, writing=lambda _: '{"findings":[]}')
    report = run_one(workflow, silent, part(SPOT))
    assert report.verdict == "fail"
    assert any(finding.box_px.intersection_area(SPOT) for finding in report.findings)


def test_more_places_than_are_judged_are_for_a_person(
    workflow: Workflow, model: ScriptedModel
) -> None:
    few = workflow.model_copy(update={"max_regions": 1})
    report = inspected(few, model, SPOT, Box(60, 80, 84, 100))
    assert report.verdict == "review"
    assert report.reason == "2 regions look wrong, more than the 1 judged"


def scouting(*places: tuple[Box, str]) -> ScriptedModel:
    """Names these places of the part, and lists as `listing` does what it sees in a view."""

    def write(request: WriteRequest) -> str:
        if "regions" not in str(request.grammar):
            return listing(request)
        regions = [
            {"box": [round(1000 * at / SIZE) for at in box], "why": why} for box, why in places
        ]
        return json.dumps({"regions": regions})

    return ScriptedModel(choosing=looking, writing=write)


def test_what_the_scout_names_is_looked_at_first(workflow: Workflow) -> None:
    few = planned(workflow, scout=True, most_views=1)

    report = inspected(few, scouting((SPOT, "a white spot")), SPOT)
    blind = inspected(few, scouting((Box(40, 40, 60, 60), "nothing much")), SPOT)

    assert [finding.box_px.iou(SPOT.grown(7)) > 0.7 for finding in report.findings] == [True]
    assert blind.findings == []
    assert report.coverage.share == pytest.approx((80 / SIZE) ** 2)


def test_what_the_scout_names_counts_among_the_views(workflow: Workflow) -> None:
    scout = scouting((Box(40, 40, 60, 60), "dark"), (Box(300, 300, 320, 320), "dark"))

    report = inspected(planned(workflow, scout=True, most_views=1), scout)

    assert report.coverage.share == pytest.approx((80 / SIZE) ** 2)


def test_a_finding_says_what_the_scout_said_of_the_place(workflow: Workflow) -> None:
    model = scouting((Box(10, 10, 30, 30), "a stain"), (SPOT, "a white spot"))

    (finding,) = inspected(planned(workflow, scout=True), model, SPOT).findings

    assert finding.why.endswith("; the scout said: a white spot")


def test_a_scout_that_names_nothing_changes_nothing(
    workflow: Workflow, model: ScriptedModel
) -> None:
    scouted = inspected(planned(workflow, scout=True), scouting(), SPOT)
    report = inspected(planned(workflow), model, SPOT)

    assert scouted.findings == report.findings
    assert scouted.coverage == report.coverage
    assert scouted.usage.image_encodes == report.usage.image_encodes + 1


def test_a_view_that_the_scout_named_is_not_shown_again(workflow: Workflow) -> None:
    corner = Box(20, 20, 60, 60)  # in the middle of the first view of the grid
    model = scouting((corner, "dark"), (corner, "dark"))

    report = inspected(planned(workflow, scout=True), model)

    assert report.coverage.share == 1
    assert (
        report.usage.image_encodes
        == inspected(planned(workflow), scouting()).usage.image_encodes + 1
    )


def test_a_picture_of_something_else_is_for_a_person_and_not_searched(
    workflow: Workflow, model: ScriptedModel
) -> None:
    report = run_one(workflow, model, image_from(np.zeros((300, 200), np.uint8), "dark.png"))

    assert (report.verdict, report.coverage.share) == ("review", 0)
    said = "the picture does not look like bare printed circuit boards (probability 0.20)"
    assert report.reason == said
    assert report.usage.model_calls == 1
    (request,) = model.chosen
    assert max(shown(request.conversation)["A"].shape) == workflow.plan.overview_px


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_a_blank_picture_goes_to_a_person_where_the_plan_says_nothing_else(
    shade: int,
) -> None:
    shipped = load_workflow("board-inspect")
    tiny = load_model(shipped.model)
    usual = planned(shipped, recognised_from=SearchPlan().recognised_from)
    report = run_one(usual, tiny, image_from(np.full((640, 640), shade, np.uint8), "blank.png"))

    assert report.verdict == "review"
    assert report.reason.startswith("the picture does not look like bare printed circuit boards")


def test_what_counts_as_recognised_stands_in_the_plan(
    workflow: Workflow, model: ScriptedModel
) -> None:
    dark = image_from(np.zeros((300, 200), np.uint8), "dark.png")
    assert run_one(planned(workflow, recognised_from=0.1), model, dark).verdict == "pass"
