from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from foveal.agents.scripted import ScriptedModel
from foveal.schemas.workflow import LabelDefinition, Workflow

LABELS = ("open", "short", "mousebite", "spur", "copper", "pin-hole", "none")

Says = Callable[[str, float], ScriptedModel]


@pytest.fixture
def workflow() -> Workflow:
    labels = [LabelDefinition(name=name, meaning=f"it is {name}") for name in LABELS]
    return Workflow(name="boards", subject="circuit boards", labels=labels, harmless="none")


@pytest.fixture
def says() -> Says:
    """A model that gives one label so much everywhere, and `none` the rest."""

    def says(label: str, probability: float) -> ScriptedModel:
        answers = dict.fromkeys(LABELS, 0.0) | {"none": 1 - probability, label: probability}
        return ScriptedModel(
            choosing=lambda _: answers,
            writing=lambda _: '{"findings": [{"label": "open", "box": [0, 0, 100, 100]}]}',
        )

    return says


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two pairs laid out as DeepPCB's: one with an open, one without any defect."""
    board = np.full((96, 128), 255, np.uint8)
    board[40:56] = 0
    for name, labels in (("0001", "10 10 50 40 1\n"), ("0002", "")):
        for kind in ("temp", "test"):
            PIL.Image.fromarray(board).save(tmp_path / f"{name}_{kind}.jpg")
        (tmp_path / f"{name}.txt").write_text(labels)
    return tmp_path
