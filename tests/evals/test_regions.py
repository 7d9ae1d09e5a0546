from foveal.evals.matching import Truth
from foveal.evals.regions import label_of
from foveal.schemas.box import Box

TRUTHS = [Truth("open", Box(0, 0, 20, 20)), Truth("spur", Box(10, 0, 40, 20))]


def test_a_region_shows_the_defect_it_overlaps_most() -> None:
    assert label_of(Box(1, 0, 21, 20), TRUTHS, harmless="none") == "open"
    assert label_of(Box(11, 0, 41, 20), TRUTHS, harmless="none") == "spur"


def test_a_region_away_from_every_defect_is_harmless() -> None:
    assert label_of(Box(50, 50, 60, 60), TRUTHS, harmless="none") == "none"


def test_a_region_that_only_touches_a_defect_is_not_judged_on() -> None:
    assert label_of(Box(19, 19, 60, 60), TRUTHS, harmless="none") is None
