from collections.abc import Callable

import pytest
from pydantic import ValidationError

from foveal.schemas.calibration import Calibration

Make = Callable[..., Calibration]


def test_limits_that_fall_are_refused(make_calibration: Make) -> None:
    with pytest.raises(ValidationError, match=r"pass_below 0\.9 is above fail_from 0\.2"):
        make_calibration(low=0.9, high=0.2)


def test_one_limit_may_be_both(make_calibration: Make) -> None:
    assert make_calibration(low=0.5, high=0.5).pass_below.score == 0.5


def test_a_file_gives_back_the_very_numbers(make_calibration: Make) -> None:
    made = make_calibration(low=0.1 + 0.2, high=1 - 1e-12)

    assert Calibration.model_validate_json(made.model_dump_json()) == made
