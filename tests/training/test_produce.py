from argparse import ArgumentTypeError

import pytest

from foveal.training.produce import EVAL_SEEDS_FROM, seed


@pytest.mark.parametrize("number", [0, EVAL_SEEDS_FROM - 1])
def test_seeds_below_those_of_evals_are_taken(number: int) -> None:
    assert seed(str(number)) == number


@pytest.mark.parametrize("number", [-1, EVAL_SEEDS_FROM])
def test_other_seeds_are_refused_with_the_range_to_take(number: int) -> None:
    with pytest.raises(ArgumentTypeError, match="give 0 to 89999"):
        seed(str(number))
