from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from foveal.evals.risk import TooFewParts, choose_limits, rates_at, require_parts
from foveal.schemas.errors import BadData

scores = arrays(float, st.integers(19, 60), elements=st.floats(0.001, 0.999))


@given(scores, scores, st.floats(0.05, 0.5), st.floats(0.05, 0.5))
def test_so_few_are_on_the_wrong_side_that_one_more_stays_within_the_rate(
    defective: np.ndarray, good: np.ndarray, escape: float, overkill: float
) -> None:
    low, high = choose_limits(defective, good, escape=escape, overkill=overkill, between=0.5)

    assert low.score <= high.score
    assert low.wrong == (defective < low.score).sum() <= escape * (len(defective) + 1) - 1 + 1e-6
    assert high.wrong == (good >= high.score).sum() <= overkill * (len(good) + 1) - 1 + 1e-6


def test_no_limit_decides_more_parts() -> None:
    defective, good = np.linspace(0.3, 0.9, 99), np.linspace(0.1, 0.7, 99)

    low, high = choose_limits(defective, good, escape=0.05, overkill=0.1, between=0.5)

    assert (low.wrong, high.wrong) == (4, 9)
    assert (defective <= low.score).sum() == 5
    assert (good >= np.nextafter(high.score, 0)).sum() == 10


def test_the_rate_is_kept_on_parts_to_come() -> None:
    rng = np.random.default_rng(0)
    escaped, failed = [], []
    for _ in range(2000):
        defective, good = rng.beta(4, 2, 60), rng.beta(2, 4, 60)
        low, high = choose_limits(defective[:40], good[:40], escape=0.1, overkill=0.1, between=0.5)
        escaped.append((defective[40:] < low.score).mean())
        failed.append((good[40:] >= high.score).mean())

    assert 0.08 < np.mean(escaped) < 0.103
    assert 0.08 < np.mean(failed) < 0.103


def test_kinds_that_are_far_apart_need_no_person() -> None:
    low, high = choose_limits(
        np.full(20, 0.95), np.full(20, 0.02), escape=0.05, overkill=0.05, between=0.5
    )

    assert low.score == high.score == 0.5
    assert low.wrong == high.wrong == 0


@pytest.mark.parametrize(("between", "limit"), [(0.01, 0.02), (0.3, 0.3), (0.99, 0.95)])
def test_of_limits_that_all_keep_the_rates_the_nearest_is_taken(
    between: float, limit: float
) -> None:
    defective, good = np.full(20, 0.95), np.full(20, 0.02)

    low, _ = choose_limits(defective, good, escape=0.05, overkill=0.05, between=between)

    assert low.score == pytest.approx(limit)


def test_parts_that_go_to_a_person_anyway_are_on_no_wrong_side() -> None:
    defective = np.array([inf] * 30 + [0.1] * 2)
    good = np.array([-inf] * 30 + [0.9] * 2)

    low, high = choose_limits(defective, good, escape=0.1, overkill=0.1, between=0.5)

    assert (low.score, high.score) == (0.5, 0.5)
    assert (low.wrong, high.wrong) == (2, 2)


@pytest.mark.parametrize(
    ("rate", "needed"), [(0.05, 19), (0.01, 99), (0.3, 3), (0.07, 14)], ids=str
)
def test_too_few_parts_are_refused_with_the_number_needed(rate: float, needed: int) -> None:
    require_parts(defective=needed, good=needed, escape=rate, overkill=rate)
    with pytest.raises(TooFewParts, match=f"{needed - 1} defective parts .*at least {needed} of"):
        require_parts(defective=needed - 1, good=needed, escape=rate, overkill=rate)
    with pytest.raises(TooFewParts, match=f"{needed - 1} good parts .*higher --overkill"):
        require_parts(defective=needed, good=needed - 1, escape=rate, overkill=rate)


def test_defects_that_nothing_is_seen_of_let_no_limit_keep_the_rate() -> None:
    defective = np.array([0.0, 0.0] + [0.9] * 18)

    with pytest.raises(BadData, match=r"on 2 of 20 defective parts nothing differs"):
        choose_limits(defective, np.full(20, 0.1), escape=0.05, overkill=0.05, between=0.5)


def test_the_curve_falls_for_good_parts_and_rises_for_defective_ones() -> None:
    defective, good = np.array([0.0] + [0.9] * 39), np.array([0.0] * 10 + [0.3] * 30)
    limits = choose_limits(defective, good, escape=0.05, overkill=0.05, between=0.5)

    curve = rates_at(defective, good, limits)

    assert (curve[0].score, curve[0].escape, curve[0].overkill) == (0, 0.025, 0.75)
    assert (curve[-1].score, curve[-1].escape, curve[-1].overkill) == (1, 1, 0)
    assert {limit.score for limit in limits} <= {point.score for point in curve}
