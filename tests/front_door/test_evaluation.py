"""Evals are found by their name."""

import pytest

from foveal.evaluation import EVALS, find_eval
from foveal.schemas.errors import BadWorkflow


@pytest.mark.parametrize("name", EVALS)
def test_every_eval_offered_measures_and_shows(name: str) -> None:
    found = find_eval(name)

    assert callable(found.run)
    assert callable(found.show)


def test_an_unknown_eval_is_answered_with_the_nearest() -> None:
    with pytest.raises(BadWorkflow, match=r"there is no eval 'deepcb': did you mean 'deeppcb'\?"):
        find_eval("deepcb")
