"""Read back with label-studio-sdk where it is installed.

It brings 400 MB and an older NumPy, so that the set-up leaves it out: docs/decisions/0013.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from foveal.records.exports.formats import FORMATS
from foveal.records.exports.item import Item, inspected
from foveal.records.exports.label_studio import tasks
from foveal.records.outcome import NotInspected
from foveal.schemas.finding import Finding


def config(labels: list[str]) -> str:
    shown = "".join(f'<Label value="{label}"/>' for label in labels)
    return (
        '<View><Image name="image" value="$image"/>'
        f'<RectangleLabels name="label" toName="image">{shown}</RectangleLabels></View>'
    )


def corners(region: dict[str, Any]) -> list[float]:
    value, width, height = region["value"], region["original_width"], region["original_height"]
    x, y = value["x"] * width / 100, value["y"] * height / 100
    return [x, y, x + value["width"] * width / 100, y + value["height"] * height / 100]


def findings_of(items: list[Item]) -> list[Finding]:
    return [finding for part in inspected(items) for finding in part.report.findings]


def regions_of(items: list[Item]) -> list[dict[str, Any]]:
    return [region for task in tasks(items) for region in task["predictions"][0]["result"]]


def test_boxes_are_in_percent_of_the_image(items: list[Item]) -> None:
    regions = regions_of(items)

    assert len(regions) == 2
    for region, finding in zip(regions, findings_of(items), strict=True):
        assert corners(region) == pytest.approx(list(finding.box_px))
        assert region["value"]["rectanglelabels"] == [finding.label]
        assert region["score"] == finding.confidence
        assert region["meta"] == {"text": [finding.why]}


def test_a_part_is_scored_by_what_the_model_was_least_sure_of(items: list[Item]) -> None:
    failing, passing, _ = tasks(items)

    lowest = min(finding.confidence for finding in findings_of(items))
    assert failing["predictions"][0]["score"] == lowest
    assert "score" not in passing["predictions"][0]


def test_weights_are_named(items: list[Item]) -> None:
    assert {task["predictions"][0]["model_version"] for task in tasks(items)} == {
        "tiny 5d5d5d5d5d5d"
    }


def test_parts_without_an_image_are_left_out(unpictured: list[Item]) -> None:
    assert tasks([*unpictured, NotInspected(id="broken", error="is empty")]) == []


def test_hostile_texts_are_texts_like_any_other(hostile: list[Item], text: str) -> None:
    (task,) = json.loads(FORMATS["label-studio"].render(hostile))

    assert task["data"] == {"image": text, "part": text, "verdict": "fail"}
    assert task["predictions"][0]["result"][0]["value"]["rectanglelabels"] == [text]


def test_the_label_interface_accepts_every_prediction(items: list[Item]) -> None:
    interface = pytest.importorskip("label_studio_sdk.label_interface")
    labels = sorted({finding.label for finding in findings_of(items)})
    reader = interface.LabelInterface(config(labels))

    for task in tasks(items):
        assert reader.validate_prediction(task["predictions"][0], return_errors=True) == []


def test_the_converter_reads_every_box_back(items: list[Item], tmp_path: Path) -> None:
    """It reads annotations only, so the predictions are accepted first."""
    sdk = pytest.importorskip("label_studio_sdk.converter")
    accepted = [
        {"id": number, "data": task["data"], "annotations": task["predictions"]}
        for number, task in enumerate(tasks(items[:1]), start=1)
    ]
    (tmp_path / "tasks.json").write_text(json.dumps(accepted))
    converter = sdk.Converter(config([]), project_dir=str(tmp_path), download_resources=False)

    converter.convert_to_coco(
        str(tmp_path / "tasks.json"), output_dir=str(tmp_path / "out"), is_dir=False
    )

    coco = json.loads((tmp_path / "out" / "result.json").read_text())
    names = {category["id"]: category["name"] for category in coco["categories"]}
    assert len(coco["annotations"]) == 2
    for read, finding in zip(coco["annotations"], findings_of(items), strict=True):
        x, y, width, height = read["bbox"]
        assert [x, y, x + width, y + height] == pytest.approx(list(finding.box_px))
        assert names[read["category_id"]] == finding.label
