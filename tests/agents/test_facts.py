from foveal.agents.facts import Defect, Facts
from foveal.schemas.box import Box


def facts(*defects: Defect, **regions: Box) -> Facts:
    return Facts(
        "fail", defects, ("open", "short"), "b.png", (200, 100), "boards", 1.0, None, regions
    )


SMALL = Defect("open", Box(10, 10, 30, 30), 0.2, 0.9)
LARGE = Defect("short", Box(150, 60, 160, 70), 0.8, 0.6)
UNMEASURED = Defect("short", Box(20, 10, 60, 50), None, 0.7)


def test_every_label_is_counted_also_at_nought() -> None:
    assert facts(SMALL, SMALL).by_label == {"open": 2, "short": 0}


def test_a_defect_lies_in_the_regions_that_hold_its_middle() -> None:
    told = facts(
        SMALL,
        LARGE,
        left=Box(0, 0, 500, 1000),
        all=Box(0, 0, 1000, 1000),
        low=Box(0, 500, 1000, 999),
    )

    assert told.by_region == {"left": 1, "all": 2, "low": 1}


def test_the_worst_is_the_largest_in_mm_then_in_pixels() -> None:
    assert facts(SMALL, LARGE, UNMEASURED).worst is LARGE
    assert facts(UNMEASURED, UNMEASURED._replace(box=Box(0, 0, 50, 50))).worst != UNMEASURED
    assert facts().worst is None
