from foveal.agents.examine import surest
from foveal.agents.inspection import Judgement, Region
from foveal.schemas.box import Box


def judged(box: Box, wrong: float) -> Judgement:
    return Judgement(
        region=Region(box_px=box), probabilities={"open": wrong, "none": 1 - wrong}, looks=[]
    )


def test_of_places_that_share_ground_the_surest_is_kept() -> None:
    left, right = judged(Box(0, 0, 44, 20), 0.6), judged(Box(30, 0, 74, 20), 0.9)
    apart = judged(Box(200, 0, 244, 20), 0.3)

    assert surest([left, right, apart], "none") == [right, apart]


def test_places_that_hardly_touch_are_two() -> None:
    left, right = judged(Box(0, 0, 44, 20), 0.6), judged(Box(40, 0, 84, 20), 0.9)

    assert surest([left, right], "none") == [right, left]
