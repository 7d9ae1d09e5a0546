from collections.abc import Callable

import pytest

from foveal.agents.scripted import ScriptedModel
from foveal.evals.drawn import drawn_pair
from foveal.evals.matching import Truth
from foveal.evals.regions import confidences, label_of
from foveal.evals.seeds import DRAWN
from foveal.evals.session import listing_all, reports_of
from foveal.schemas.box import Box
from foveal.schemas.workflow import Workflow

Says = Callable[[str, float], ScriptedModel]

TRUTHS = [Truth("open", Box(0, 0, 20, 20)), Truth("spur", Box(10, 0, 40, 20))]


def test_a_region_shows_the_defect_it_overlaps_most() -> None:
    assert label_of(Box(1, 0, 21, 20), TRUTHS, harmless="none") == "open"
    assert label_of(Box(11, 0, 41, 20), TRUTHS, harmless="none") == "spur"


def test_a_region_away_from_every_defect_is_harmless() -> None:
    assert label_of(Box(50, 50, 60, 60), TRUTHS, harmless="none") == "none"


def test_a_region_that_only_touches_a_defect_is_not_judged_on() -> None:
    assert label_of(Box(19, 19, 60, 60), TRUTHS, harmless="none") is None


def test_a_confidence_comes_with_whether_something_is_wrong_there(
    workflow: Workflow, says: Says
) -> None:
    """On a board with several kinds of defect, a model that calls every region a spur."""
    pair = drawn_pair(DRAWN, 2, defects=8)
    (report,) = reports_of(
        listing_all(workflow), says("spur", 0.7), [pair], progress=lambda *_: None
    )

    said = confidences([report], [pair], workflow)

    there = [label_of(known.box_px, pair.truths, harmless="none") for known in report.findings]
    assert {"spur", "none"} < set(there)
    assert said.wrong.tolist() == [label != "none" for label in there if label is not None]
    assert said.values == pytest.approx(0.7)
