import pytest
from hypothesis import given
from hypothesis import strategies as st

from foveal.agents.calibration import calibrated
from foveal.schemas.workflow import Calibration

weights = st.lists(st.floats(0, 1), min_size=2, max_size=8).filter(
    lambda values: sum(values) > 0.01
)


def at(temperature: float) -> Calibration:
    return Calibration(temperature=temperature, fitted_on="drawn boards", revision="f" * 64)


def shares(values: list[float]) -> dict[str, float]:
    return {str(index): value / sum(values) for index, value in enumerate(values)}


@given(weights, st.floats(0.05, 20))
def test_probabilities_stay_probabilities_in_the_same_order(
    values: list[float], temperature: float
) -> None:
    before = shares(values)

    after = calibrated(before, at(temperature))

    assert sum(after.values()) == pytest.approx(1)
    assert all(
        after[a] <= after[b] + 1e-9 for a in before for b in before if before[a] <= before[b]
    )


def test_without_a_calibration_nothing_changes() -> None:
    assert calibrated({"a": 0.7, "b": 0.3}, None) == {"a": 0.7, "b": 0.3}


@pytest.mark.parametrize(("temperature", "expected"), [(1, 0.8), (2, 2 / 3), (0.5, 16 / 17)])
def test_a_temperature_divides_the_logits(temperature: float, expected: float) -> None:
    after = calibrated({"a": 0.8, "b": 0.2}, at(temperature))

    assert after["a"] == pytest.approx(expected)


def test_what_a_model_rules_out_stays_all_but_impossible() -> None:
    assert calibrated({"a": 1.0, "b": 0.0}, at(1))["b"] == pytest.approx(0, abs=1e-9)
