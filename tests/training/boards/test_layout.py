"""Good boards break no rule that a defect is told by."""

import cv2
import numpy as np
import pytest
from numpy.random import Generator

from foveal.training.boards.copper import Mask, add_clear, disc, polyline
from foveal.training.boards.layout import draw_layout, without_halves
from foveal.training.boards.motifs import MOTIFS, Motif

NAMED = {motif.__name__: motif for motif in MOTIFS}
POUR = "_pour"


GRAIN_PX = 30
"""Points of polygons may end in grains."""


def without_grains(mask: Mask) -> Mask:
    _, labels, found, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    large = found[:, cv2.CC_STAT_AREA] >= GRAIN_PX
    return np.asarray(mask & large[labels], np.uint8)


def pieces(mask: Mask) -> int:
    return int(cv2.connectedComponents(mask, connectivity=8)[0])


@pytest.mark.parametrize(
    "motif", [m for m in MOTIFS if m.__name__ != POUR], ids=lambda m: m.__name__
)
def test_conductors_keep_clear_of_each_other(motif: Motif) -> None:
    for seed in range(12):
        board = np.zeros((400, 400), np.uint8)
        motif(np.random.default_rng(seed), board)
        board = without_grains(board)
        grown = cv2.dilate(board, np.ones((3, 3), np.uint8))

        assert pieces(np.asarray(grown, np.uint8)) == pieces(board)


def test_some_holes_of_rings_break_out() -> None:
    """All of a board alike: a ring in one piece has a hole, one whose hole breaks out has none."""
    broken, whole = 0, 0
    for seed in range(30):
        board = np.zeros((400, 400), np.uint8)
        NAMED["_rings"](np.random.default_rng(seed), board)
        _, _, found, _ = cv2.connectedComponentsWithStats(1 - board, connectivity=4)
        if board.any():
            broken += len(found) == 2
            whole += len(found) > 2

    assert min(broken, whole) >= 3


@pytest.mark.parametrize("name", ["_vias", "_pour"])
def test_no_hole_is_as_narrow_as_damage(name: str) -> None:
    """Round or oval ones; a disc of 13 pixels may come out one narrower."""
    narrowest = 400
    for seed in range(60):
        board = np.zeros((400, 400), np.uint8)
        NAMED[name](np.random.default_rng(seed), board)
        _, _, found, _ = cv2.connectedComponentsWithStats(1 - board, connectivity=4)
        x, y, width, height, area = found[1:].T
        inside = (x > 0) & (y > 0) & (x + width < 400) & (y + height < 400)
        is_disc = inside & (np.abs(area / (width * height) - np.pi / 4) < 0.08)
        narrowest = min([narrowest, *np.maximum(width, height)[is_disc]])

    assert 12 <= narrowest < 400


def test_stubs_of_a_comb_stand_in_even_steps() -> None:
    """Rows beside a trace that lies; what differs between two stubs differs between all."""
    steps = []
    for seed in range(40):
        board = np.zeros((400, 400), np.uint8)
        NAMED["_combs"](np.random.default_rng(seed), board)
        for row in board:
            starts = np.flatnonzero(np.diff(row.astype(int)) == 1)
            if len(starts) >= 4:
                steps.append(np.ptp(np.diff(starts)[1:-1]))

    assert len(steps) > 20
    assert np.median(steps) == 0


def test_copper_is_not_added_too_close_to_copper() -> None:
    board = np.zeros((60, 60), np.uint8)
    disc(board, np.array([20.0, 30.0]), 10)
    near, far = np.zeros_like(board), np.zeros_like(board)
    disc(near, np.array([35.0, 30.0]), 10)
    disc(far, np.array([45.0, 30.0]), 10)
    before = board.copy()

    assert not add_clear(board, near, gap=6)
    assert np.array_equal(board, before)
    assert add_clear(board, far, gap=6)
    assert np.array_equal(board, before | far)


def test_small_conductors_end_at_the_rim_of_the_board_alone() -> None:
    """A pad at each side and one inside; the board ends at the left side only."""
    motif = np.zeros((60, 60), np.uint8)
    for at in ([0.0, 30.0], [30.0, 0.0], [59.0, 30.0], [30.0, 59.0], [30.0, 30.0]):
        disc(motif, np.array(at), 12)
    kept = motif.copy()
    kept[:20], kept[40:], kept[:, 45:] = 0, 0, 0

    without_halves(motif, at_rim=(True, False, False, False))

    assert np.array_equal(motif, kept)
    assert pieces(motif) == 3, "of the ground, the pad at the left and the one inside"


def test_a_motif_leaves_no_piece_of_a_small_conductor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of equal pads in rows, what another motif clears away is gone whole."""

    def pads(rng: Generator, board: Mask) -> None:
        del rng
        for x in range(20, board.shape[1], 40):
            for y in range(20, board.shape[0], 40):
                disc(board, np.array([x, y], float), 16)

    monkeypatch.setattr("foveal.training.boards.layout.BACKGROUNDS", (pads,) * 6)
    monkeypatch.setattr("foveal.training.boards.layout.MOTIFS", (pads,))
    whole = np.zeros((40, 40), np.uint8)
    disc(whole, np.array([20.0, 20.0]), 16)
    area, kept, cut = int(whole.sum()), 0, 0
    for seed in range(30):
        board = draw_layout(np.random.default_rng(seed), 400)
        _, _, found, _ = cv2.connectedComponentsWithStats(board, connectivity=4)
        areas = found[1:, cv2.CC_STAT_AREA]
        kept += int((areas == area).sum())
        cut += int((areas < area).sum())

    assert cut < 0.1 * kept


def test_an_enlarged_board_has_wider_conductors_with_straight_edges(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A trace at 45°, drawn small: its edge is nowhere more than a pixel off a line."""

    def diagonal(rng: Generator, board: Mask) -> None:
        del rng
        polyline(board, np.array([[-50, -50], [900, 900]], float), 12)

    monkeypatch.setattr("foveal.training.boards.layout.BACKGROUNDS", (diagonal,) * 6)
    monkeypatch.setattr("foveal.training.boards.layout.MOTIFS", (nothing,))
    monkeypatch.setattr("foveal.training.boards.layout._ENLARGED", 1.0)
    monkeypatch.setattr("foveal.training.boards.layout._POURED", 0.0)
    widths = set[int]()
    for seed in range(8):
        board = draw_layout(np.random.default_rng(seed), 400)
        rows = board[100:300]
        off = (board.sum(1, dtype=int) - int(np.median(rows.sum(1))))[100:300]
        assert board.shape == (400, 400)
        if not board[0, -1]:
            assert np.abs(off).max() <= 1
            widths.add(int(np.median(rows.sum(1))))

    assert min(widths) >= 17, "across a row, a trace of 12 pixels"
    assert max(widths) > 40


def test_slopes_of_an_enlarged_board_are_lines_and_not_stairs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The left edge of wide copper, two across for one down."""

    def slope(rng: Generator, board: Mask) -> None:
        del rng
        cv2.fillPoly(board, [np.array([[0, 0], [400, 0], [400, 200]], np.int32)], 1)

    monkeypatch.setattr("foveal.training.boards.layout.BACKGROUNDS", (slope,) * 6)
    monkeypatch.setattr("foveal.training.boards.layout.MOTIFS", (nothing,))
    monkeypatch.setattr("foveal.training.boards.layout._ENLARGED", 1.0)
    monkeypatch.setattr("foveal.training.boards.layout._POURED", 0.0)
    off, rows = [], np.arange(30, 120)
    for seed in range(12):
        edge = draw_layout(np.random.default_rng(seed), 400)[rows].argmax(1)
        if not edge.any():  # a negative
            continue
        straight = np.polyval(np.polyfit(rows, edge, 1), rows)
        off.append(float(np.abs(edge - straight).max()))

    assert len(off) >= 8
    assert max(off) < 1


def test_copper_is_poured_on_boards(monkeypatch: pytest.MonkeyPatch) -> None:
    """On all of them here; one in eight is then turned into its negative, and some are drilled."""
    monkeypatch.setattr("foveal.training.boards.layout.BACKGROUNDS", (nothing,) * 6)
    monkeypatch.setattr("foveal.training.boards.layout.MOTIFS", (nothing,))
    monkeypatch.setattr("foveal.training.boards.layout._POURED", 1.0)
    boards = [draw_layout(np.random.default_rng(seed), 300) for seed in range(9)]

    assert np.median([board.mean() for board in boards]) > 0.5


def nothing(rng: Generator, board: Mask) -> None:
    del rng, board
