import numpy as np
import pytest
from numpy.typing import NDArray

from foveal.evals.scaling import fit_scaling

ODDS = np.random.default_rng(0).normal(0, 2, 6000)


def _probability(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-odds))


def _happened(odds: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.random.default_rng(1).random(len(odds)) < _probability(odds)


def test_what_is_wrong_as_often_as_said_needs_no_change() -> None:
    temperature, shift = fit_scaling(_probability(ODDS), _happened(ODDS))
    assert temperature == pytest.approx(1, abs=0.08)
    assert shift == pytest.approx(0, abs=0.1)


def test_a_model_twice_as_sure_as_it_may_be_is_cooled_by_two() -> None:
    temperature, shift = fit_scaling(_probability(2 * ODDS), _happened(ODDS))
    assert temperature == pytest.approx(2, abs=0.16)
    assert shift == pytest.approx(0, abs=0.1)


def test_a_model_that_expects_too_few_harmless_places_is_shifted() -> None:
    temperature, shift = fit_scaling(_probability(ODDS + 1.5), _happened(ODDS))
    assert temperature == pytest.approx(1, abs=0.08)
    assert shift == pytest.approx(1.5, abs=0.15)


@pytest.mark.parametrize("wrong", [True, False])
def test_regions_of_one_kind_alone_have_a_shift_that_ends(*, wrong: bool) -> None:
    _, shift = fit_scaling(np.full(20, 0.5), np.full(20, wrong))
    assert (shift < 0) == wrong
    assert abs(shift) == pytest.approx(np.log(21), abs=0.01)


def test_probabilities_of_nought_and_one_are_no_error() -> None:
    temperature, _ = fit_scaling(np.array([0.0, 1.0, 1.0]), np.array([True, True, False]))
    assert temperature > 1
