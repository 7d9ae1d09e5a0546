from random import Random
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foveal.evals.detection import (
    Counts,
    Rates,
    Scored,
    average_precision,
    best_f_score,
    count,
    mean_average_precision,
    rates,
)
from foveal.evals.matching import Detection, Truth
from foveal.schemas.box import Box

T = TypeVar("T")

HERE, THERE, ELSEWHERE = Box(0, 0, 10, 10), Box(20, 0, 30, 10), Box(40, 0, 50, 10)


def test_misses_and_false_alarms_are_counted_apart() -> None:
    pair = Scored(
        (Detection("open", HERE, 0.9), Detection("open", ELSEWHERE, 0.8)),
        (Truth("open", HERE), Truth("short", THERE), Truth("short", ELSEWHERE)),
    )
    assert count(pair) == Counts(right=1, false_alarms=1, misses=2)
    assert count(pair, class_blind=True) == Counts(right=2, false_alarms=0, misses=1)


def test_rates_are_taken_over_all_pairs_together() -> None:
    assert rates([Counts(1, 1, 0), Counts(2, 0, 3)]) == Rates(
        precision=3 / 4, recall=3 / 6, f_score=6 / 10, right=3, false_alarms=1, misses=3
    )


def test_nothing_found_where_nothing_is_makes_no_mistake() -> None:
    nothing = rates([Counts(0, 0, 0)])
    assert (nothing.precision, nothing.recall, nothing.f_score) == (1, 1, 1)


def test_nothing_found_where_something_is_scores_zero() -> None:
    missed = rates([Counts(0, 0, 2)])
    assert (missed.recall, missed.f_score) == (0, 0)


def test_a_threshold_keeps_what_reaches_it() -> None:
    pair = Scored((Detection("open", HERE, 0.5), Detection("open", THERE, 0.49)), ())
    assert pair.at(0.5).detections == (Detection("open", HERE, 0.5),)


def test_average_precision_is_the_mean_precision_at_which_truths_are_found() -> None:
    pairs = [
        Scored((Detection("open", HERE, 0.9),), (Truth("open", HERE),)),
        Scored(
            (Detection("open", ELSEWHERE, 0.8), Detection("open", THERE, 0.7)),
            (Truth("open", THERE), Truth("open", HERE)),
        ),
    ]
    assert average_precision(pairs) == pytest.approx((1 / 1 + 2 / 3) / 3)


def test_detections_of_equal_confidence_count_together() -> None:
    pair = Scored(
        (Detection("open", HERE, 0.9), Detection("open", ELSEWHERE, 0.9)), (Truth("open", HERE),)
    )
    assert average_precision([pair]) == 0.5


def test_types_that_do_not_occur_are_left_out_of_the_mean() -> None:
    pair = Scored((Detection("open", HERE, 0.9),), (Truth("open", HERE), Truth("spur", THERE)))
    assert average_precision([pair.of("short")]) is None
    assert mean_average_precision([pair], ["open", "short", "spur"]) == 0.5
    assert mean_average_precision([pair], ["short"]) is None


def test_the_best_f_score_is_at_the_threshold_that_suits_best() -> None:
    pair = Scored(
        (Detection("", HERE, 30), Detection("", THERE, 20), Detection("", ELSEWHERE, 10)),
        (Truth("open", HERE), Truth("spur", THERE)),
    )
    assert best_f_score([pair], class_blind=True) == 1
    assert best_f_score([Scored((), pair.truths)], class_blind=True) == 0


cells = st.lists(st.tuples(st.integers(0, 20), st.sampled_from(["open", "short"])), unique=True)
confidences = st.sampled_from([0.1, 0.5, 0.5, 0.9])
scored = st.builds(
    lambda found, there: Scored(
        tuple(Detection(label, _cell(at), sure) for (at, label), sure in found),
        tuple(Truth(label, _cell(at)) for at, label in there),
    ),
    st.lists(
        st.tuples(st.tuples(st.integers(0, 9), st.sampled_from(["open", "short"])), confidences)
    ),
    cells,
)


def _cell(index: int) -> Box:
    return Box(20 * index, 0, 20 * index + 10, 10)


@given(st.lists(cells, min_size=1))
def test_finding_everything_and_nothing_else_is_perfect(
    boards: list[list[tuple[int, str]]],
) -> None:
    pairs = [
        Scored(
            tuple(Detection(label, _cell(at), 0.7) for at, label in board),
            tuple(Truth(label, _cell(at)) for at, label in board),
        )
        for board in boards
    ]
    found = rates(map(count, pairs))
    assert (found.precision, found.recall, found.f_score) == (1, 1, 1)
    assert mean_average_precision(pairs, ["open", "short"]) in {1, None}


@given(st.lists(scored, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_pairs_and_detections_changes_nothing(
    pairs: list[Scored], random: Random
) -> None:
    shuffled = [
        Scored(_shuffled(pair.detections, random), _shuffled(pair.truths, random)) for pair in pairs
    ]
    random.shuffle(shuffled)
    assert rates(map(count, shuffled)) == rates(map(count, pairs))
    assert average_precision(shuffled) == average_precision(pairs)


@given(st.lists(scored, max_size=4))
def test_rates_stay_between_zero_and_one_and_precision_ranks_no_higher(pairs: list[Scored]) -> None:
    found, blind = rates(map(count, pairs)), rates(count(pair, class_blind=True) for pair in pairs)
    for value in (found.precision, found.recall, found.f_score, average_precision(pairs) or 0):
        assert 0 <= value <= 1
    assert blind.right >= found.right
    assert best_f_score(pairs) >= (found.f_score if found.right else 0)


def _shuffled(items: tuple[T, ...], random: Random) -> tuple[T, ...]:
    return tuple(random.sample(items, len(items)))
