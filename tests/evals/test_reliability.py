import numpy as np
import pytest

from foveal.evals.reliability import calibration_error, reliability
from foveal.schemas.calibration import Reliability

VALUES = np.array([0.9, 0.9, 0.9, 0.9, 0.1, 1.0])
WRONG = np.array([True, True, True, False, False, True])


def test_the_calibration_error_is_the_distance_from_what_happened() -> None:
    # 0.9 and 1.0 share the last bin: 4.6 expected, 4 happened; 0.1 expected, none happened.
    assert calibration_error(VALUES, WRONG) == pytest.approx((0.6 + 0.1) / 6)


def test_certainty_that_is_always_right_has_no_error() -> None:
    assert calibration_error(np.array([0.0, 1.0]), np.array([False, True])) == 0


def test_each_bin_that_holds_regions_is_a_point() -> None:
    low, high = reliability(VALUES, WRONG)

    assert low == Reliability(confidence=0.1, wrong=0, regions=1)
    assert high.confidence == pytest.approx(0.92)
    assert (high.wrong, high.regions) == (0.8, 5)
