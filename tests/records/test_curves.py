from collections.abc import Callable

import pytest

from foveal.records.curves import curves_of
from foveal.schemas.calibration import Calibration, Rates, Reliability

Make = Callable[..., Calibration]


def test_curves_run_from_the_lower_left_over_scores_and_rates(make_calibration: Make) -> None:
    rates = [
        Rates(score=0, escape=0, overkill=0.75),
        Rates(score=0.5, escape=0.25, overkill=0.5),
        Rates(score=1, escape=1, overkill=0),
    ]

    curves = curves_of(make_calibration(rates=rates, low=0.25, high=0.75))

    assert curves is not None
    assert curves.escape == "0.0,120.0 120.0,90.0 240.0,0.0"
    assert curves.overkill == "0.0,30.0 120.0,60.0 240.0,120.0"
    assert curves.review == (60, 180)


def test_a_dot_grows_with_its_regions_and_stays_visible(make_calibration: Make) -> None:
    points = [
        Reliability(confidence=0.25, wrong=0.5, regions=1000),
        Reliability(confidence=0.5, wrong=0.5, regions=250),
        Reliability(confidence=0.75, wrong=1, regions=1),
    ]

    curves = curves_of(make_calibration(reliability=points))

    assert curves is not None
    first, second, third = curves.dots
    assert (first.x, first.y) == (60, 60)
    assert first.radius == pytest.approx(2 * second.radius)
    assert 0 < third.radius < second.radius
    assert first.title == "1,000 regions at 0.25: 0.50 wrong"


def test_without_a_calibration_there_is_nothing_to_draw() -> None:
    assert curves_of(None) is None
