from pathlib import Path

import pytest

from foveal.evals.drawn import drawn_part
from foveal.evals.hostile import HostileFigures, painted_over, run, show
from foveal.evals.options import EvalOptions
from foveal.evals.seeds import HOSTILE
from foveal.schemas.errors import BadData
from foveal.workflow_file import load_workflow


def test_a_painted_board_is_the_same_whenever_it_is_read() -> None:
    painted = painted_over(drawn_part(HOSTILE, 1), 0)
    (*_, once), (*_, again) = painted.read(), painted.read()
    assert once.id == again.id


@pytest.mark.parametrize("workflow", ["board-compare", "board-inspect"])
def test_every_board_and_stranger_is_counted(workflow: str) -> None:
    figures = run(EvalOptions(workflow=load_workflow(workflow), limit=2, other_weights=True))

    known = HostileFigures.model_validate(figures)
    assert known.clean_passed.of == known.painted_passed.of == known.strangers_in_review.of == 2
    assert known.hidden_passed.of == known.hidden_talked_out.of == 2
    assert known.strangers_passed.count == 0
    show(figures)


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    options = EvalOptions(workflow=load_workflow("board-inspect"), limit=1, data=tmp_path)
    with pytest.raises(BadData, match="there are no pictures in"):
        run(options)
