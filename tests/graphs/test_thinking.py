"""Agents that think, with the model that ships: each picture is still encoded once."""

import json
from pathlib import Path

import pytest

from foveal.graphs.run import run_one
from foveal.models.engine import Engine
from foveal.models.load import load_model
from foveal.recording import RunRecorder
from foveal.records.html import render
from foveal.records.run_directory import RunDirectory
from foveal.schemas.language import Language
from foveal.schemas.verification import Verification
from foveal.tools.image import Image
from foveal.workflow_file import load_workflow

BUDGET = 2


@pytest.fixture(scope="module")
def tiny() -> Engine:
    return load_model("tiny")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_picture_is_encoded_twice_and_every_look_has_its_thought(
    language: Language, tiny: Engine, template: Image, tested: Image, tmp_path: Path
) -> None:
    settings = {
        "calibration": {},
        "thinking": {"judge": BUDGET, "verify": BUDGET},
        "verification": Verification(),
    }
    workflow = load_workflow("board-compare", language=language).model_copy(update=settings)
    directory = RunDirectory.open(tmp_path)
    tiny.forget_all()

    report = run_one(workflow, tiny, template, tested, recorder=RunRecorder(directory))

    lines = map(json.loads, directory.ledger.path.read_text("utf-8").splitlines())
    asked = [line["data"] for line in lines if line["kind"] == "choose"]
    pictures = {picture for call in asked for picture in call["pictures"]}
    assert report.usage.image_encodes == len(pictures)
    assert report.usage.model_calls == 2 * len(asked)
    assert 0 < report.usage.new_tokens <= BUDGET * len(asked)
    assert any(call["thought_finish"] == "length" for call in asked), "none was cut"
    assert all(sum(call["answers"].values()) == pytest.approx(1) for call in asked)
    thoughts = {call["thought"] for call in asked}
    cited = [evidence.thought for known in report.findings for evidence in known.evidence]
    assert cited
    assert set(cited) <= thoughts
    page = render(report, directory.images)
    assert page.count('<details class="thought">') > 0
