import numpy as np
import pytest

from foveal.training.boards.pair import BoardPair, draw_pair, random_motion
from foveal.training.boards.scan import Motion


def drawn(seed: int, *, defects: int | None = None, size: int = 320) -> BoardPair:
    return draw_pair(np.random.default_rng(seed), defects=defects, size=size)


def test_a_seed_draws_the_same_pair_again() -> None:
    one, again, other = drawn(1), drawn(1), drawn(2)

    assert np.array_equal(one.template, again.template)
    assert np.array_equal(one.tested, again.tested)
    assert one.defects == again.defects
    assert not np.array_equal(one.template, other.template)


@pytest.mark.parametrize("seed", range(6))
def test_a_pair_is_two_pictures_of_one_size_with_its_defects_inside(seed: int) -> None:
    pair = drawn(seed)

    assert pair.template.shape == pair.tested.shape == (320, 320)
    assert pair.template.dtype == pair.tested.dtype == np.uint8
    assert all(defect.box.fits((320, 320)) for defect in pair.defects)


@pytest.mark.parametrize("seed", [5, 12, 53])
def test_where_the_first_kind_finds_no_place_another_is_tried(seed: int) -> None:
    assert len(drawn(seed, defects=1).defects) == 1


def test_a_good_board_has_no_defects_and_still_differs() -> None:
    pair = drawn(3, defects=0)

    assert pair.defects == ()
    assert not np.array_equal(pair.template, pair.tested)


def test_a_board_lies_under_the_scanner_where_its_motion_says() -> None:
    corner = np.array([0, 0, 1])

    assert Motion(dx=3, dy=-2).matrix(100) @ corner == pytest.approx((3, -2))
    assert Motion(scale=1.1).matrix(100) @ corner == pytest.approx((-5, -5))
    assert Motion(angle_deg=180).matrix(100) @ corner == pytest.approx((100, 100))


def test_boards_are_laid_no_further_off_than_alignment_must_reach() -> None:
    rng = np.random.default_rng(0)

    motions = [random_motion(rng) for _ in range(500)]

    assert max(max(abs(motion.dx), abs(motion.dy)) for motion in motions) <= 40
    assert sum(motion.angle_deg != 0 for motion in motions) > 50
