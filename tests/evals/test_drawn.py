from argparse import ArgumentTypeError

import pytest

from foveal.evals.drawn import drawn_pair, drawn_part
from foveal.evals.seeds import (
    ALIGNED,
    ASKED,
    CALIBRATED,
    CHECKED,
    DRAWN,
    GAUGED,
    LAYERED,
    generator,
    seed_range,
)
from foveal.training.produce import seed

SERIES = (DRAWN, ALIGNED, CALIBRATED, CHECKED, GAUGED, LAYERED, ASKED)


def test_a_board_is_the_same_whatever_was_drawn_before_it() -> None:
    first, again = drawn_pair(DRAWN, 3), drawn_pair(DRAWN, 3)
    assert first.truths == again.truths
    assert [image.id for image in first.read()] == [image.id for image in again.read()]


def test_every_defect_is_marked_inside_the_tested_image() -> None:
    pair = drawn_pair(DRAWN, 0, defects=6)
    size = pair.read()[1].size
    assert pair.truths
    assert all(truth.box.fits(size) for truth in pair.truths)


def test_series_share_no_random_numbers() -> None:
    draws = {
        tuple(generator(series, index).integers(0, 2**32, 4))
        for series in SERIES
        for index in range(50)
    }
    assert len(draws) == 50 * len(SERIES)


@pytest.mark.parametrize("series", SERIES)
def test_a_producer_of_training_boards_refuses_the_seeds_of_evals(series: int) -> None:
    with pytest.raises(ArgumentTypeError, match=f"{series} is not a seed to train on"):
        seed(str(series))


def test_figures_name_the_seeds_they_were_measured_on() -> None:
    assert seed_range(DRAWN, 200) == f"[{DRAWN}, 0] to [{DRAWN}, 199]"


def test_boards_to_check_verdicts_on_are_good_and_defective_in_turn() -> None:
    good, defective = drawn_part(CHECKED, 0), drawn_part(CHECKED, 1)
    assert not good.truths
    assert len(defective.truths) == 1
