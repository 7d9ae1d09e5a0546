"""Pictures of anything but a board."""

import numpy as np

from foveal.training.chunk import SURVEY_PX
from foveal.training.strangers import draw_stranger


def test_a_seed_draws_the_same_picture_again() -> None:
    first, second = (draw_stranger(np.random.default_rng(4)) for _ in range(2))

    assert (first == second).all()


def test_strangers_are_as_large_as_boards_seen_small_and_some_are_coloured() -> None:
    rng = np.random.default_rng(5)

    drawn = [draw_stranger(rng) for _ in range(60)]

    assert {pixels.shape[:2] for pixels in drawn} == {(SURVEY_PX, SURVEY_PX)}
    assert {pixels.ndim for pixels in drawn} == {2, 3}
    assert {pixels.dtype for pixels in drawn} == {np.dtype(np.uint8)}


def test_no_two_strangers_are_alike() -> None:
    rng = np.random.default_rng(6)

    drawn = [draw_stranger(rng) for _ in range(30)]

    assert len({pixels.tobytes() for pixels in drawn}) == 30
