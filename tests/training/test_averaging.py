import pytest
import torch
from torch import nn

from foveal.training.averaging import Average


def weight(value: float) -> nn.Parameter:
    return nn.Parameter(torch.full((2,), value))


def test_the_mean_follows_slowly_and_at_first_faster() -> None:
    live = weight(0.0)
    average = Average([live])
    live.data.fill_(1.0)

    average.follow(0)
    assert average.values[0].tolist() == pytest.approx([0.9, 0.9])

    live.data.fill_(2.0)
    average.follow(1_000_000)
    assert average.values[0].tolist() == pytest.approx([0.9022, 0.9022])


def test_the_mean_stands_in_for_the_weights_within_a_block_only() -> None:
    live = weight(1.0)
    average = Average([live])
    live.data.fill_(3.0)

    with average.in_place():
        assert live.tolist() == [1.0, 1.0]

    assert live.tolist() == [3.0, 3.0]
    assert average.values[0].tolist() == [1.0, 1.0]


def test_the_weights_come_back_after_an_error() -> None:
    live = weight(1.0)
    average = Average([live])
    live.data.fill_(3.0)

    with pytest.raises(ValueError, match="stop"):
        _stop_within(average)

    assert live.tolist() == [3.0, 3.0]


def _stop_within(average: Average) -> None:
    with average.in_place():
        raise ValueError("stop")
