from foveal.evals.bootstrap import Estimate, intervals
from foveal.evals.detection import Counts, rates


def test_pairs_all_alike_leave_no_doubt() -> None:
    found = intervals([Counts(3, 1, 1)] * 10)
    assert found.precision == found.recall == found.f_score == (0.75, 0.75)


def test_the_interval_holds_the_figure_and_narrows_with_more_pairs() -> None:
    few = [Counts(3, 0, 1), Counts(1, 2, 0), Counts(4, 1, 1), Counts(0, 0, 2)]
    wide, narrow = intervals(few).f_score, intervals(few * 25).f_score
    assert wide[0] < narrow[0] < rates(few).f_score < narrow[1] < wide[1]


def test_the_same_counts_give_the_same_interval() -> None:
    counts = [Counts(3, 0, 1), Counts(1, 2, 0)]
    assert intervals(counts) == intervals(counts)


def test_boards_without_defects_or_detections_are_perfect() -> None:
    assert intervals([Counts(0, 0, 0)] * 3).f_score == (1, 1)


def test_a_mean_lies_in_its_interval_which_narrows_with_more_items() -> None:
    few, many = Estimate.of([1, 0, 0, 1]), Estimate.of([1, 0, 0, 1] * 25)
    assert few.value == many.value == 0.5
    assert few.low < many.low < 0.5 < many.high < few.high


def test_items_all_alike_have_a_certain_mean() -> None:
    assert Estimate.of([3, 3, 3]) == Estimate(value=3, low=3, high=3)
