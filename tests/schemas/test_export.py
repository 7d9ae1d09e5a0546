"""The JSON Schemas that ship say what the models say."""

import json

import pytest
import yaml
from jsonschema import Draft202012Validator

from foveal.schemas.box import Box
from foveal.schemas.evidence import Evidence, ToolStep
from foveal.schemas.export import EXPORTS, exported
from foveal.schemas.finding import Finding
from foveal.schemas.image import ImageRecord
from foveal.schemas.report import Coverage, ModelRecord, Report, Usage, WorkflowRecord
from foveal.schemas.view import View

IMAGE = f"img:{'0' * 64}"
WRITE_AGAIN = "run `python -m foveal.schemas.export`"


def shipped(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((EXPORTS / f"{name}.json").read_text(encoding="utf-8")))


@pytest.fixture
def report() -> Report:
    evidence = Evidence(
        name="B",
        view=View(image=IMAGE, box_px=Box(0, 0, 64, 64), size_px=(128, 128)),
        crop=IMAGE,
        tools=[ToolStep(tool="cut", result="128×128 px")],
        model="tiny",
        prompt="0" * 64,
        answers={"open": 0.9, "none": 0.1},
    )
    return Report(
        verdict="fail",
        reason="found 1 open",
        findings=[
            Finding(label="open", box_px=Box(1, 2, 30, 40), confidence=0.9, evidence=[evidence])
        ],
        images=[ImageRecord(name="tested", id=IMAGE, size_px=(640, 640), source="b.png")],
        coverage=Coverage(share=1),
        model=ModelRecord(name="tiny", revision="0" * 64),
        workflow=WorkflowRecord(name="boards", sha256="0" * 64),
        usage=Usage(),
    )


@pytest.mark.parametrize("name", exported())
def test_a_shipped_schema_is_the_one_of_its_model(name: str) -> None:
    assert (EXPORTS / f"{name}.json").read_text(encoding="utf-8") == exported()[name], WRITE_AGAIN


def test_no_schema_ships_that_no_model_has() -> None:
    assert {path.name for path in EXPORTS.iterdir()} == {f"{name}.json" for name in exported()}


@pytest.mark.parametrize("name", exported())
def test_a_shipped_schema_is_valid_json_schema(name: str) -> None:
    Draft202012Validator.check_schema(shipped(name).schema)


def test_a_report_as_it_is_written_satisfies_the_shipped_schema(report: Report) -> None:
    shipped("report").validate(json.loads(report.model_dump_json()))


def test_the_shipped_schema_refuses_a_report_without_a_verdict(report: Report) -> None:
    written = json.loads(report.model_dump_json())
    del written["verdict"]

    assert not shipped("report").is_valid(written)


def test_the_shipped_workflow_satisfies_the_shipped_schema() -> None:
    workflow = EXPORTS.parents[1] / "workflows" / "board-compare.yaml"

    shipped("workflow").validate(yaml.safe_load(workflow.read_text(encoding="utf-8")))
