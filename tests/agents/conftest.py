"""A part with three traces, one of them cut on the tested image, and two places to judge."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from langgraph.runtime import Runtime

from foveal.agents.context import Context, Gallery
from foveal.agents.inspection import Inspection, Region
from foveal.models.protocol import VisionLanguageModel
from foveal.records.run_directory import RunDirectory
from foveal.schemas.box import Box
from foveal.schemas.constraint import Constraint
from foveal.schemas.language import Language
from foveal.schemas.workflow import LabelDefinition, Term, Workflow
from foveal.tools.image import Image, Pixels, image_from

CUT = Box(90, 56, 110, 76)


def draw_traces() -> Pixels:
    board = np.full((160, 240), 255, np.uint8)
    for y in (30, 66, 120):
        cv2.rectangle(board, (10, y - 6), (229, y + 5), 0, -1)
    return board


@pytest.fixture
def template() -> Image:
    return image_from(draw_traces(), "template.png")


@pytest.fixture
def tested() -> Image:
    board = draw_traces()
    board[CUT.y1 : CUT.y2, CUT.x1 : CUT.x2] = 255
    return image_from(board, "tested.png")


@pytest.fixture
def cut_region() -> Region:
    return Region(box_px=CUT.grown(5), shift_px=(2, -1), changed_px=240)


@pytest.fixture
def whole_region() -> Region:
    return Region(box_px=Box(180, 20, 200, 40), changed_px=3)


@pytest.fixture
def state(template: Image, tested: Image, cut_region: Region, whole_region: Region) -> Inspection:
    """As the judge finds it."""
    return {
        "template": template.id,
        "tested": tested.id,
        "aligned": template.id,
        "regions": [cut_region, whole_region],
    }


@pytest.fixture
def workflow() -> Workflow:
    meanings = {"open": "copper is cut", "spur": "copper sticks out", "none": "nothing is wrong"}
    labels = [LabelDefinition(name=name, meaning=meaning) for name, meaning in meanings.items()]
    return Workflow(name="traces", subject="test traces", labels=labels, harmless="none")


@pytest.fixture
def in_chinese(workflow: Workflow) -> Workflow:
    """The same, asked in another language."""
    names = {"open": "断路", "spur": "毛刺", "none": "正常"}
    labels = [
        label.model_copy(update={"translations": {"zh": Term(name=names[label.name], meaning="…")}})
        for label in workflow.labels
    ]
    sentence: dict[Language, str] = {"en": "Report no dust.", "zh": "不要报告灰尘。"}
    changed = {"labels": labels, "constraints": [Constraint(sentence=sentence)], "language": "zh"}
    return workflow.model_copy(update=changed)


@pytest.fixture
def directory(tmp_path: Path) -> RunDirectory:
    return RunDirectory.open(tmp_path)


@pytest.fixture
def rows(directory: RunDirectory) -> Callable[[str], list[dict[str, Any]]]:
    """What its ledger keeps of a kind."""

    def of(kind: str) -> list[dict[str, Any]]:
        lines = map(json.loads, directory.ledger.path.read_text().splitlines())
        return [line["data"] for line in lines if line["kind"] == kind]

    return of


@pytest.fixture
def run_with(
    template: Image, tested: Image
) -> Callable[[VisionLanguageModel, Workflow], Runtime[Context]]:
    return lambda model, workflow: Runtime(
        context=Context(model, workflow, Gallery(template, tested))
    )
