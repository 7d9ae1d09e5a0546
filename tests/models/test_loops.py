import random

import pytest

from foveal.models.loops import LONGEST_BLOCK, MOST_TIMES, SUSPECT_TIMES, LoopDetector


def loops_after(block: list[int], *, most: int) -> int | None:
    """How many times the block is written before it is taken for a loop."""
    detector = LoopDetector()
    for token in (900, 901, 902):
        detector.add(token)
    for times in range(1, most + 1):
        for token in block:
            detector.add(token)
            if detector.looping:
                return times
    return None


@pytest.mark.parametrize("length", [2, 3, 4])
def test_an_array_of_as_many_equal_numbers_as_bounds_allow_is_no_loop(length: int) -> None:
    """A number of up to three digits, and its comma."""
    assert loops_after([*range(length)], most=MOST_TIMES) is None


@pytest.mark.parametrize("length", [1, 2, 4, 8, 20, 33, LONGEST_BLOCK])
def test_a_block_over_and_over_is_a_loop_by_its_65th_time(length: int) -> None:
    times = loops_after([*range(length)], most=MOST_TIMES + 1)
    assert times is not None
    assert times >= SUSPECT_TIMES


def test_a_sentence_is_a_loop_at_its_sixteenth_time() -> None:
    assert loops_after([*range(20)], most=99) == SUSPECT_TIMES


def test_a_block_longer_than_looked_for_is_no_loop() -> None:
    assert loops_after([*range(LONGEST_BLOCK + 1)], most=30) is None


def test_text_without_repetition_is_no_loop() -> None:
    chance = random.Random(0)  # noqa: S311  # no secret
    detector = LoopDetector()
    for _ in range(2_000):
        detector.add(chance.randrange(50))
        assert not detector.looping


def test_a_loop_that_was_left_is_none() -> None:
    detector = LoopDetector()
    for token in [1, 2] * 60 + [3]:
        detector.add(token)
    for token in [1, 2] * 60:
        detector.add(token)
    assert not detector.looping
