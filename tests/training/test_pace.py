import pytest

from foveal.training.pace import Pace


@pytest.mark.parametrize(("spent", "left"), [(0, 1.0), (30, 0.5), (60, 0.0), (90, -0.5)])
def test_what_is_left_counts_all_runs_of_a_training(spent: float, left: float) -> None:
    assert Pace(minutes=1, spent=spent).left(step=7) == pytest.approx(left, abs=0.02)


def rate(*, spent: float, step: int) -> float:
    """Of 20 minutes and a peak of 1."""
    return Pace(minutes=20, spent=spent).rate(step, peak=1)


def test_the_rate_rises_over_the_first_steps_to_its_peak() -> None:
    rates = [rate(spent=0, step=step) for step in (0, 20, 50, 5000)]

    assert rates == sorted(set(rates))
    assert rates[0] < 0.02
    assert rates[-1] == 1


def test_the_rate_falls_over_the_last_of_the_time_and_never_to_nothing() -> None:
    rates = [rate(spent=spent, step=5000) for spent in (600, 1000, 1150, 1200)]

    assert rates == sorted(set(rates), reverse=True)
    assert rates[0] == 1
    assert 0 < rates[-1] < 0.1


def test_the_clock_is_asked_every_ten_steps() -> None:
    pace = Pace(minutes=0.001, spent=0)

    first, kept = pace.left(1), pace.left(9)

    assert kept == first
    assert pace.left(10) < kept
