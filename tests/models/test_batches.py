from hypothesis import given
from hypothesis import strategies as st

from foveal.models.batches import batches


@given(st.lists(st.integers(1, 500)), st.integers(1, 9), st.integers(1, 2000))
def test_every_item_runs_once_and_within_the_bounds(
    lengths: list[int], rows: int, tokens: int
) -> None:
    groups = batches(lengths, rows=rows, tokens=tokens)
    assert sorted(index for group in groups for index in group) == list(range(len(lengths)))
    for group in groups:
        longest = max(lengths[index] for index in group)
        assert len(group) <= rows
        assert len(group) == 1 or len(group) * longest <= tokens


def test_items_of_equal_length_run_together() -> None:
    assert batches([9, 2, 9, 2], rows=2, tokens=100) == [[0, 2], [1, 3]]
