from collections.abc import Callable
from math import inf

import pytest

from foveal.agents.scripted import ScriptedModel
from foveal.evals.drawn import drawn_pair
from foveal.evals.matching import Truth
from foveal.evals.pairs import LabelledPair
from foveal.evals.scores import part_scores
from foveal.evals.seeds import DRAWN
from foveal.evals.session import listing_all, reports_of
from foveal.schemas.box import Box
from foveal.schemas.constraint import Constraint
from foveal.schemas.report import Report
from foveal.schemas.workflow import Workflow

Says = Callable[[str, float], ScriptedModel]


@pytest.fixture(scope="module")
def pair() -> LabelledPair:
    return drawn_pair(DRAWN, 1, defects=3)


def _reported(workflow: Workflow, model: ScriptedModel, pair: LabelledPair) -> Report:
    (report,) = reports_of(listing_all(workflow), model, [pair], progress=lambda *_: None)
    return report


def _labelled(*boxes: Box) -> LabelledPair:
    """One whose images are never read."""
    return LabelledPair("", tuple(Truth("open", box) for box in boxes), NotImplemented)


def test_a_part_scores_its_highest_confidence_as_it_is_scaled(
    workflow: Workflow, says: Says, pair: LabelledPair
) -> None:
    report = _reported(workflow, says("open", 0.7), pair)

    scores = part_scores([report, report], [pair, _labelled()], lambda value: value / 2)

    assert scores.defective == pytest.approx(0.35)
    assert scores.good == pytest.approx(0.35)


def test_a_defect_that_no_region_shows_scores_nothing(
    workflow: Workflow, says: Says, pair: LabelledPair
) -> None:
    report = _reported(workflow, says("open", 0.7), pair)
    places = [finding.box_px for finding in report.findings]
    missed = next(
        box
        for x in range(0, 640, 8)
        if not any((box := Box(x, 0, x + 4, 4)).intersection_area(place) for place in places)
    )

    scores = part_scores([report] * 2, [_labelled(missed), _labelled(missed, places[0])], float)

    assert scores.defective == pytest.approx([0, 0.7])


def test_what_a_constraint_removes_does_not_count(
    workflow: Workflow, says: Says, pair: LabelledPair
) -> None:
    rule = Constraint(sentence="Report no opens.", finding={"properties": {"label": {"const": ""}}})
    report = _reported(workflow.model_copy(update={"constraints": [rule]}), says("open", 0.7), pair)
    assert report.removed

    scores = part_scores([report] * 2, [pair, _labelled()], float)

    assert (list(scores.defective), list(scores.good)) == ([0], [0])


def test_a_part_that_a_person_must_look_at_is_on_no_wrong_side(
    workflow: Workflow, says: Says, pair: LabelledPair
) -> None:
    few = workflow.model_copy(update={"max_regions": 1})
    report = _reported(few, says("open", 0.7), pair)
    assert report.verdict == "review"

    scores = part_scores([report] * 2, [pair, _labelled()], float)

    assert (list(scores.defective), list(scores.good)) == ([inf], [-inf])


def test_a_part_on_which_nothing_differs_scores_nothing(
    workflow: Workflow, says: Says, pair: LabelledPair
) -> None:
    template, _ = pair.read()
    same = LabelledPair("", (), lambda: (template, template))
    report = _reported(workflow, says("open", 0.7), same)

    assert part_scores([report], [same], float).good == [0]
