import pytest
import torch

from foveal.models.answers import AnswerTree

END = 0


def test_answers_that_differ_at_once_need_one_place() -> None:
    tree = AnswerTree({"open": [5, 6], "short": [3]}, end=END)
    assert tree.trunk == ()
    assert tree.branches == {(): [3, 5]}
    assert tree.probabilities({(): torch.tensor([0.0, 0.0])}) == {"open": 0.5, "short": 0.5}


def test_what_all_answers_begin_with_is_their_trunk() -> None:
    tree = AnswerTree({"a": [1, 2, 3], "b": [1, 2, 4]}, end=END)
    assert tree.trunk == (1, 2)
    assert tree.branches == {(): [3, 4]}


def test_an_answer_that_begins_another_ends_where_they_part() -> None:
    tree = AnswerTree({"pin": [1], "pin-hole": [1, 2], "none": [7]}, end=END)
    assert tree.branches == {(): [1, 7], (1,): [END, 2]}
    logits = {(): torch.tensor([3.0, 1.0]).log(), (1,): torch.tensor([1.0, 4.0]).log()}
    assert tree.probabilities(logits) == pytest.approx(
        {"pin": 0.75 * 0.2, "pin-hole": 0.75 * 0.8, "none": 0.25}
    )


def test_a_single_answer_is_certain() -> None:
    tree = AnswerTree({"yes": [4, 5]}, end=END)
    assert tree.branches == {}
    assert tree.probabilities({}) == {"yes": 1.0}


@pytest.mark.parametrize("answers", [{}, {"a": [1], "b": [1]}], ids=["none", "equal"])
def test_no_answers_and_equal_answers_are_the_programmers_mistake(
    answers: dict[str, list[int]],
) -> None:
    with pytest.raises(AssertionError, match="must differ"):
        AnswerTree(answers, end=END)
