import numpy as np

from foveal.agents.survey import SIDE_PX
from foveal.training.chunk import KINDS, NONE, SURVEY_PX, WINDOW_PX, Chunk, known
from foveal.training.regions import draw_chunk


def overlap(box: np.ndarray, truth: np.ndarray) -> float:
    """Shared area of two boxes given by their corners."""
    sides = np.minimum(box[2:], truth[2:]) - np.maximum(box[:2], truth[:2])
    return float(np.prod(np.maximum(sides, 0)))


def test_a_region_is_called_what_lies_in_it(chunk: Chunk) -> None:
    for box, kind, table in zip(chunk.boxes, chunk.kinds, chunk.truths, strict=True):
        met = {int(row[0]) for row in known(table) if overlap(box, row[1:]) > 0}
        assert (kind == NONE and not met) or kind in met


def test_every_kind_is_met(chunk: Chunk) -> None:
    assert set(chunk.kinds) == set(range(len(KINDS)))


def test_windows_hold_the_template_registered_onto_the_tested_board(chunk: Chunk) -> None:
    assert chunk.windows.shape[1:] == (2, WINDOW_PX, WINDOW_PX)
    template, tested = chunk.windows[:, 0].astype(int), chunk.windows[:, 1]
    off = [np.roll(template, by, axis) for by in (-2, 2) for axis in (1, 2)]
    differs = [np.abs(moved - tested).mean() for moved in (template, *off)]
    assert differs[0] < 0.95 * min(differs[1:])


def test_boards_list_their_defects_from_the_top(chunk: Chunk) -> None:
    for table in chunk.boards:
        tops = known(table)[:, 2]
        assert (np.diff(tops) >= 0).all()
        assert (known(table)[:, 1:] <= SURVEY_PX).all()


def test_boards_are_as_small_as_the_survey_shows_them(chunk: Chunk) -> None:
    assert chunk.surveys.shape[1:] == (2, SIDE_PX, SIDE_PX)


def test_a_seed_draws_the_same_chunk_again() -> None:
    one, again = (draw_chunk(np.random.default_rng(3), 2) for _ in range(2))

    assert all(np.array_equal(value, vars(again)[name]) for name, value in vars(one).items())
