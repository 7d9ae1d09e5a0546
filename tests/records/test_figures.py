import pytest

from foveal.records.figures import length_mm, measured, percent, probability, rate, short_hash


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.000"),
        (0.0001, "< 0.001"),
        (0.62, "0.620"),
        (0.9994, "0.999"),
        (0.99996, "> 0.999"),
        (1.0, "1.000"),
    ],
)
def test_only_certainty_is_written_as_nought_or_one(value: float, text: str) -> None:
    assert probability(value) == text


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0.0 %"), (0.9996, "99.9 %"), (0.29, "29.0 %"), (1.0, "100.0 %")]
)
def test_a_share_is_never_rounded_up(share: float, text: str) -> None:
    assert percent(share) == text


def test_small_lengths_get_a_third_decimal() -> None:
    assert [length_mm(value) for value in (1.5, 0.1, 0.0208)] == ["1.50 mm", "0.10 mm", "0.021 mm"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("img:" + "ab" * 32, "abababababab"),
        ("cd" * 32, "cdcdcdcdcdcd"),
        ("Qwen/Qwen3-VL-8B-Instruct", "Qwen/Qwen3-VL-8B-Instruct"),
        ("", ""),
    ],
)
def test_hashes_are_shortened_and_names_are_not(value: str, text: str) -> None:
    assert short_hash(value) == text


def test_measurements_are_written_in_order_under_their_names() -> None:
    values = {
        "comparable": True,
        "residual_px": 0.412345678,
        "shift_px": [3, -1.5],
        "matrix": [[1.0, -0.25], [0.0, 1.0]],
        "local": {"scale": None, "motion": "similarity"},
    }
    assert list(measured(values)) == [
        ("comparable", "yes"),
        ("residual px", "0.41235"),
        ("shift px", "3, -1.5"),
        ("matrix", "    1  -0.25\n    0      1"),
        ("local scale", "not known"),
        ("local motion", "similarity"),
    ]


@pytest.mark.parametrize(("share", "text"), [(0.05, "5 %"), (0.005, "0.5 %"), (0.125, "12.5 %")])
def test_a_rate_is_written_as_it_was_stated(share: float, text: str) -> None:
    assert rate(share) == text
