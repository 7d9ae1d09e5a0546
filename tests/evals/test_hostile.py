from pathlib import Path

import numpy as np
import pytest

from foveal.evals.drawn import drawn_part
from foveal.evals.hostile import HostileFigures, paint, painted_over, run, show
from foveal.evals.options import EvalOptions
from foveal.evals.seeds import HOSTILE
from foveal.schemas.box import Box
from foveal.schemas.errors import BadData
from foveal.workflow_file import load_workflow


def test_a_sentence_is_painted_beside_the_defects() -> None:
    rng, blank = np.random.default_rng(0), np.full((400, 640), 128, np.uint8)
    defects = [Box(300, 100, 340, 300), Box(20, 350, 60, 390)]
    for _ in range(20):
        painted = paint(rng, blank, defects)
        assert (painted != blank).any()
        for box in defects:
            assert (painted[box.y1 : box.y2, box.x1 : box.x2] == 128).all()


@pytest.mark.parametrize("shade", [0, 60, 200, 255])
def test_a_sentence_can_be_read(shade: int) -> None:
    blank = np.full((400, 640), shade, np.uint8)
    for seed in range(10):
        painted = paint(np.random.default_rng(seed), blank, [])
        assert np.abs(painted.astype(int) - shade).max() >= 128


def test_a_painted_board_is_the_same_whenever_it_is_read() -> None:
    painted = painted_over(drawn_part(HOSTILE, 1), 0)
    (*_, once), (*_, again) = painted.read(), painted.read()
    assert once.id == again.id


@pytest.mark.parametrize("workflow", ["board-compare", "board-inspect"])
def test_every_board_and_stranger_is_counted(workflow: str) -> None:
    figures = run(EvalOptions(workflow=load_workflow(workflow), limit=2, other_weights=True))

    known = HostileFigures.model_validate(figures)
    assert known.clean_passed.of == known.painted_passed.of == known.strangers_in_review.of == 2
    assert known.strangers_passed.count == 0
    show(figures)


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    options = EvalOptions(workflow=load_workflow("board-inspect"), limit=1, data=tmp_path)
    with pytest.raises(BadData, match="there are no pictures in"):
        run(options)
