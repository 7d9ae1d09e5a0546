import pytest
from hypothesis import given
from hypothesis import strategies as st

from foveal.agents.inspection import Judgement, Region
from foveal.schemas.box import Box

SIZE = (120, 90)
shifts = st.tuples(st.integers(-5, 5), st.integers(-5, 5))


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    width, height = draw(st.integers(1, SIZE[0])), draw(st.integers(1, SIZE[1]))
    x, y = draw(st.integers(0, SIZE[0] - width)), draw(st.integers(0, SIZE[1] - height))
    return Box(x, y, x + width, y + height)


@given(boxes(), shifts)
def test_a_place_on_the_template_has_the_size_of_the_place_and_lies_inside(
    box: Box, shift: tuple[int, int]
) -> None:
    there = Region(box_px=box, shift_px=shift).on_template(box, SIZE)

    assert (there.width, there.height) == (box.width, box.height)
    assert there.fits(SIZE)


def test_away_from_the_rim_the_template_is_looked_at_where_it_came_from() -> None:
    region = Region(box_px=Box(40, 40, 60, 60), shift_px=(3, -2))

    assert region.on_template(Box(30, 30, 70, 70), SIZE) == Box(27, 32, 67, 72)


@pytest.mark.parametrize(("harmless", "wrong"), [(0.0, 1.0), (0.75, 0.25), (1.0000001, 0.0)])
def test_what_is_not_harmless_is_wrong(harmless: float, wrong: float) -> None:
    region = Region(box_px=Box(0, 0, 1, 1))
    judgement = Judgement(
        region=region, probabilities={"open": 1 - harmless, "none": harmless}, looks=[]
    )

    assert judgement.wrong("none") == wrong
