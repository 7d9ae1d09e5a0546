import json
import re
from collections.abc import Callable
from copy import deepcopy

import pytest
from langgraph.runtime import Runtime
from pydantic_core import to_jsonable_python

from foveal.agents.context import Context
from foveal.agents.inspection import Inspection
from foveal.agents.judge import judge, look_closer
from foveal.agents.scripted import ScriptedModel
from foveal.agents.verify import verify
from foveal.graphs.compare import compare
from foveal.graphs.nodes.align import align
from foveal.graphs.nodes.decide import decide
from foveal.graphs.nodes.propose import propose
from foveal.graphs.run import run_one
from foveal.schemas.constraint import Constraint
from foveal.schemas.report import Coverage, Usage
from foveal.schemas.workflow import Workflow
from foveal.tools.image import Image, image_from
from foveal.training.boards.pair import BoardPair

Always = Callable[..., ScriptedModel]
Node = Callable[[Inspection, Runtime[Context]], Inspection]

NODES: list[tuple[Node, set[str]]] = [
    (align, {"placement", "aligned", "coverage"}),
    (propose, {"regions"}),
    (judge, {"judgements", "usage"}),
    (look_closer, {"judgements", "usage"}),
    (verify, {"trials"}),
    (decide, {"report"}),
]
STATE_BYTES = 50_000


def test_the_defects_of_a_board_are_found(
    template: Image, tested: Image, drawn: BoardPair, workflow: Workflow, comparing: ScriptedModel
) -> None:
    report = run_one(workflow, comparing, template, tested)

    missed = [
        defect
        for defect in drawn.defects
        if not any(found.box_px.iou(defect.box.grown(7)) > 0.33 for found in report.findings)
    ]
    assert report.verdict == "fail"
    assert report.reason.startswith("found ")
    assert len(missed) <= 1
    assert report.usage.model_calls == len(comparing.chosen)


def test_nodes_return_what_they_changed_and_leave_the_state_alone(
    start: Inspection, runtime: Runtime[Context]
) -> None:
    state = start
    for node, keys in NODES:
        before = deepcopy(state)
        update = node(state, runtime)
        assert state == before, f"{node.__name__} changed the state"
        assert set(update) == keys
        state = {**state, **update}


def test_the_state_holds_no_pixels_and_stays_small(
    start: Inspection, runtime: Runtime[Context]
) -> None:
    for update in compare().stream(start, context=runtime.context, stream_mode="updates"):
        written = json.dumps(to_jsonable_python(update))

        assert len(written) < STATE_BYTES, list(update)


def test_boards_that_cannot_be_aligned_are_for_a_person(
    template: Image, other_board: Image, workflow: Workflow, comparing: ScriptedModel
) -> None:
    report = run_one(workflow, comparing, template, other_board)

    assert report.verdict == "review"
    assert report.reason.startswith("not comparable: ")
    assert not report.findings
    assert not report.removed
    assert report.coverage.share == 0
    assert not report.measurements["alignment"]["comparable"]
    assert comparing.chosen == []


def test_the_same_image_twice_passes_without_a_model_call(
    template: Image, workflow: Workflow, comparing: ScriptedModel
) -> None:
    report = run_one(workflow, comparing, template, template)

    assert (report.verdict, report.reason) == ("pass", "nothing differs")
    assert report.usage == Usage()
    assert comparing.chosen == []


def test_boards_that_differ_too_much_are_for_a_person(
    template: Image, tested: Image, workflow: Workflow, comparing: ScriptedModel
) -> None:
    strict = workflow.model_copy(update={"max_regions": 2})

    report = run_one(strict, comparing, template, tested)

    assert report.verdict == "review"
    assert report.reason.endswith(" regions differ, more than the 2 that are judged")
    assert report.findings == []
    assert comparing.chosen == []


def test_harmless_differences_pass(
    template: Image, tested: Image, workflow: Workflow, always: Always
) -> None:
    model = always(open=0.02)

    report = run_one(workflow, model, template, tested)

    assert report.verdict == "pass"
    assert report.reason == f"{len(model.chosen)} regions differ, harmless"


def test_a_part_that_its_template_covers_too_little_does_not_pass(
    template: Image, workflow: Workflow, always: Always
) -> None:
    width, _ = template.size
    half = image_from(template.pixels[:, : width * 5 // 8].copy(), "half.png")
    alike = image_from(template.pixels, "tested.png")

    report = run_one(workflow, always(), half, alike)

    assert report.verdict == "review"
    assert re.fullmatch(r"6\d% of the part was looked at, 90% is asked for", report.reason)
    spared = workflow.decision.model_copy(update={"coverage": 0.5})
    passing = workflow.model_copy(update={"decision": spared})
    assert run_one(passing, always(), half, alike).verdict == "pass"


def test_the_border_that_nothing_is_compared_in_is_not_covered(
    template: Image, workflow: Workflow, always: Always
) -> None:
    width, height = template.size
    alike = image_from(template.pixels, "tested.png")

    report = run_one(workflow, always(), template, alike)

    inner = (width - 4) * (height - 4) / (width * height)
    assert report.coverage.share == pytest.approx(inner)


def test_a_part_seen_in_part_is_stated_and_does_not_change_the_verdict(
    template: Image, tested: Image, workflow: Workflow, always: Always
) -> None:
    report = run_one(workflow, always(), template, tested)

    assert report.coverage == Coverage(share=report.coverage.share, mm_per_px=1 / 48)
    assert 0.9 < report.coverage.share < 1
    assert report.verdict == "pass"


def test_an_unsure_model_looks_closer_and_leaves_the_rest_to_a_person(
    template: Image, tested: Image, workflow: Workflow, always: Always
) -> None:
    model = always(open=0.55)

    report = run_one(workflow, model, template, tested)

    regions = len(report.findings)
    assert len(model.chosen) == regions * (2 + len(workflow.looks.closer))
    assert report.verdict == "review"
    assert report.reason.startswith(f"{regions} of {regions} regions are undecided: open at 0.55")
    assert report.findings[0].why.endswith("seen in 4 looks")


def test_constraints_remove_findings_and_say_so(
    template: Image, tested: Image, workflow: Workflow, comparing: ScriptedModel
) -> None:
    sentence = "Report only what is longer than 9 mm."
    longer = Constraint(sentence=sentence, finding={"properties": {"size_mm": {"minimum": 9}}})
    large = workflow.model_copy(update={"constraints": [longer]})

    report = run_one(large, comparing, template, tested)

    assert report.findings == []
    assert report.removed
    assert {removed.constraint for removed in report.removed} == {sentence}
    assert report.verdict == "pass"
    assert f"{len(report.removed)} left out by the constraints" in report.reason
    assert report.workflow.constraints == [longer]
    assert sentence in str(comparing.chosen[0].conversation[0].parts[0])


def test_evidence_names_the_chain_of_tools_to_each_picture(
    template: Image, tested: Image, workflow: Workflow, comparing: ScriptedModel
) -> None:
    report = run_one(workflow, comparing, template, tested)

    a, b = report.findings[0].evidence[:2]
    assert [step.tool for step in a.tools] == ["align", "propose", "register", "cut"]
    assert [step.tool for step in b.tools] == ["propose", "cut"]
    assert b.view.image == tested.id
    assert a.model == f"scripted {'0' * 64}"
    assert a.answers == b.answers


@pytest.mark.parametrize("px_per_mm", [None, 48.0, 24.0])
def test_a_finding_is_as_large_as_what_changed(
    px_per_mm: float | None,
    template: Image,
    tested: Image,
    drawn: BoardPair,
    workflow: Workflow,
    comparing: ScriptedModel,
) -> None:
    scale = {"px_per_mm": px_per_mm} if px_per_mm else None
    scaled = Workflow.model_validate(workflow.model_dump() | {"scale": scale})

    report = run_one(scaled, comparing, template, tested)

    matches = [
        (found.size_mm, max(defect.box.width, defect.box.height))
        for found in report.findings
        for defect in drawn.defects
        if found.box_px.iou(defect.box.grown(7)) > 0.6
    ]
    assert len(matches) >= 4
    for size_mm, longest_px in matches:
        size_px = None if size_mm is None or px_per_mm is None else size_mm * px_per_mm
        assert size_px == (
            None if px_per_mm is None else pytest.approx(longest_px, rel=0.25, abs=3)
        )
