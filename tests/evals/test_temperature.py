import numpy as np
import pytest

from foveal.evals.temperature import Answers, calibration_error, fit_temperature


def _answers(logits: np.ndarray, seed: int) -> Answers:
    """Right labels drawn from the probabilities that the logits give."""
    probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    rng = np.random.default_rng(seed)
    return Answers(probabilities, np.array([rng.choice(3, p=row) for row in probabilities]))


def test_answers_that_are_right_as_often_as_they_say_need_no_change() -> None:
    logits = np.random.default_rng(0).normal(0, 2, (4000, 3))
    assert fit_temperature(_answers(logits, 1)) == pytest.approx(1, abs=0.08)


def test_answers_twice_as_sure_as_they_may_be_are_cooled_by_two() -> None:
    logits = np.random.default_rng(0).normal(0, 2, (4000, 3))
    right = _answers(logits, 1).right
    sure = np.exp(2 * logits) / np.exp(2 * logits).sum(1, keepdims=True)
    assert fit_temperature(Answers(sure, right)) == pytest.approx(2, abs=0.16)


def test_a_probability_of_zero_is_no_error() -> None:
    assert fit_temperature(Answers(np.array([[1.0, 0.0]]), np.array([1]))) > 1


def test_the_calibration_error_is_the_distance_from_what_happened() -> None:
    values = np.array([0.9, 0.9, 0.9, 0.9, 0.1, 1.0])
    wrong = np.array([True, True, True, False, False, True])
    # 0.9 and 1.0 share the last bin: 4.6 expected, 4 happened; 0.1 expected, none happened.
    assert calibration_error(values, wrong) == pytest.approx((0.6 + 0.1) / 6)


def test_certainty_that_is_always_right_has_no_error() -> None:
    assert calibration_error(np.array([0.0, 1.0]), np.array([False, True])) == 0
