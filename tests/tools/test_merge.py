from foveal.schemas.box import Box
from foveal.tools.merge import merge

SURE = Box(10, 10, 30, 30)


def test_what_is_drawn_twice_is_one_and_the_first_stands() -> None:
    assert merge([SURE, Box(12, 11, 33, 30)]) == [SURE]


def test_a_box_inside_another_is_the_same() -> None:
    assert merge([SURE, Box(14, 14, 18, 18)]) == [SURE]
    assert merge([Box(14, 14, 18, 18), SURE]) == [Box(14, 14, 18, 18)]


def test_neighbours_that_touch_are_two() -> None:
    neighbour = Box(28, 10, 50, 30)
    assert merge([SURE, neighbour]) == [SURE, neighbour]


def test_nothing_gives_nothing() -> None:
    assert merge([]) == []
