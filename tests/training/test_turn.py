from itertools import product

import numpy as np
import pytest

from foveal.training.turn import Turn

TURNS = [Turn(*flags) for flags in product((False, True), repeat=3)]
SIDE = 20


@pytest.mark.parametrize("turn", TURNS, ids=str)
def test_boxes_stay_on_their_pixels(turn: Turn) -> None:
    picture = np.zeros((SIDE, SIDE), np.uint8)
    picture[3:5, 8:15] = 255
    table = np.array([[4, 8 / SIDE, 3 / SIDE, 15 / SIDE, 5 / SIDE]], np.float32)

    rows, columns = np.nonzero(turn.picture(picture))
    ((kind, *corners),) = turn.truths(table).tolist()

    around = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert kind == 4
    assert np.array(corners) * SIDE == pytest.approx(around, abs=1e-4)


def test_the_eight_turns_are_all_different() -> None:
    picture = np.arange(9, dtype=np.uint8).reshape(3, 3)

    assert len({turn.picture(picture).tobytes() for turn in TURNS}) == 8


def test_all_turns_are_drawn_and_leave_what_they_turn_alone() -> None:
    rng, table = np.random.default_rng(0), np.array([[1, 0.1, 0.2, 0.3, 0.4]], np.float32)
    before = table.copy()

    drawn = {Turn.draw(rng) for _ in range(100)}
    for turn in drawn:
        turn.truths(table)

    assert drawn == set(TURNS)
    assert np.array_equal(table, before)
