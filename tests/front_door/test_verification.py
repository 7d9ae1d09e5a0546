"""Findings tested by the model that ships."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import foveal
from foveal.schemas.language import Language
from foveal.schemas.verification import Verification
from foveal.training.boards.pair import draw_pair
from foveal.workflow_file import load_workflow

SEED = 5


@pytest.mark.parametrize("language", ["en", "zh"])
def test_defects_that_are_there_are_supported_in_either_language(
    tmp_path: Path, language: Language
) -> None:
    drawn = draw_pair(np.random.default_rng(SEED), defects=3)
    paths = {"template": tmp_path / "template.png", "tested": tmp_path / "tested.png"}
    for name, path in paths.items():
        Image.fromarray(getattr(drawn, name)).save(path)
    workflow = load_workflow("board-compare", language=language)
    tested = workflow.model_copy(update={"verification": Verification()})

    report = foveal.run(tested, paths, out=tmp_path / "run")

    trials = [finding.verification for finding in report.findings]
    assert report.verdict == "fail"
    assert len(trials) == len(drawn.defects)
    assert all(trial is not None and trial.supported for trial in trials)
    assert "Supported by its pixels" in (tmp_path / "run" / "report.html").read_text("utf-8")
