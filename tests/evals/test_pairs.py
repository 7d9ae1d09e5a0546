import pytest
from hypothesis import given
from hypothesis import strategies as st

from foveal.evals.options import EvalOptions
from foveal.evals.pairs import spread
from foveal.schemas.errors import BadWorkflow
from foveal.schemas.workflow import Workflow


def test_a_few_of_many_are_spread_over_all() -> None:
    assert spread(range(10), 2) == [2, 7]
    assert spread(range(1000), 4) == [125, 375, 625, 875]


@given(st.integers(1, 60), st.integers(1, 80))
def test_as_many_as_asked_for_each_once_and_in_order(count: int, limit: int) -> None:
    found = spread(range(count), limit)
    assert len(found) == min(count, limit)
    assert found == sorted(set(found))


def test_all_are_taken_where_no_limit_is_given() -> None:
    assert spread("abc", None) == ["a", "b", "c"]


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_that_measures_nothing_is_refused(limit: int, workflow: Workflow) -> None:
    with pytest.raises(BadWorkflow, match="give 1 or more"):
        EvalOptions(workflow=workflow, limit=limit)
