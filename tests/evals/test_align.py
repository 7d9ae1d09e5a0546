import json

import numpy as np
import pytest
from rich.console import Console

from foveal.evals import align
from foveal.evals.align import measure
from foveal.evals.drawn import drawn_pair
from foveal.evals.moved import MovedPair, drawn_moved, motion_by_ecc, random_motion, real_moved
from foveal.evals.options import EvalOptions
from foveal.evals.pairs import LabelledPair
from foveal.evals.seeds import ALIGNED, generator
from foveal.schemas.workflow import Workflow
from foveal.tools.image import image_from
from foveal.tools.motion import translation


@pytest.fixture(scope="module")
def boards() -> list[MovedPair]:
    return [drawn_moved(generator(ALIGNED, index)) for index in range(2)]


def test_moved_boards_are_found_and_different_ones_refused(boards: list[MovedPair]) -> None:
    figures = measure(boards)
    assert (figures.pairs, figures.different_pairs, figures.refused) == (2, 2, 0)
    assert figures.within_1_px == figures.different_refused == 1


def test_a_truth_three_pixels_off_is_noticed(boards: list[MovedPair]) -> None:
    off = [MovedPair(pair.template, pair.tested, translation(3, 3) @ pair.truth) for pair in boards]
    figures = measure(off)
    assert figures.within_1_px == figures.everywhere_within_1_px == 0
    assert 1.5 < figures.median_px < 4.3


def test_motion_along_straight_traces_counts_only_over_the_whole_image() -> None:
    traces = np.where(np.arange(256) // 16 % 2, 255, 0).astype(np.uint8)
    stripes = np.tile(traces, (256, 1))
    figures = measure([MovedPair(stripes, stripes, translation(0, 5))])
    assert (figures.within_1_px, figures.everywhere_within_1_px) == (1, 0)


def test_motions_stay_within_what_is_promised() -> None:
    for index in range(50):
        motion = random_motion(generator(ALIGNED, index))
        assert max(abs(motion.dx), abs(motion.dy)) <= 40
        assert abs(motion.angle_deg) <= 5
        assert 0.95 <= motion.scale <= 1.05


def test_the_motion_of_real_scans_is_found_by_another_method(boards: list[MovedPair]) -> None:
    board = boards[0].template
    template, moved = board[20:-20, 20:-20], board[18:-22, 23:-17]
    assert motion_by_ecc(template, moved) == pytest.approx(translation(-3, 2), abs=0.15)


def test_scans_moved_further_keep_their_true_motion_without_a_made_up_rim() -> None:
    pair = real_moved(generator(ALIGNED, 0), drawn_pair(ALIGNED, 0, defects=3))
    assert pair is not None
    assert pair.template.shape == pair.tested.shape < (640, 640)
    assert measure([pair]).within_1_px == 1


@pytest.mark.parametrize(("side", "level"), [(640, 255), (200, 0)], ids=["blank", "small"])
def test_scans_whose_motion_cannot_be_known_are_left_out(side: int, level: int) -> None:
    pixels = np.full((side, side), 255, np.uint8)
    pixels[50:70, 50:] = pixels[90:110, :90] = level
    scan = image_from(pixels, "scan")
    assert real_moved(generator(ALIGNED, 0), LabelledPair("one", (), lambda: (scan, scan))) is None


def test_figures_are_ready_for_json_and_shown_from_it(workflow: Workflow) -> None:
    seen: list[tuple[int, int]] = []
    options = EvalOptions(
        workflow=workflow, limit=1, progress=lambda done, total: seen.append((done, total))
    )
    figures = align.run(options)
    assert json.loads(json.dumps(figures))["real"] is None
    assert figures["real_left_out"] == 0
    assert seen[-1] == (1, 1)
    console = Console(width=120)
    with console.capture() as shown:
        console.print(align.show(figures))
    assert "within 1 px" in shown.get()
