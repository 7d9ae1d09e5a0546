"""Read back with pycocotools, which most tools read COCO with."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from foveal.records.exports.coco import dataset
from foveal.records.exports.formats import FORMATS
from foveal.records.exports.item import Item, inspected
from foveal.schemas.box import Box


def read_back(items: Sequence[Item], folder: Path) -> COCO:
    path = folder / "coco.json"
    path.write_text(FORMATS["coco"].render(items), encoding="ascii")
    return COCO(str(path))


def test_boxes_labels_and_scores_are_read_back(items: list[Item], tmp_path: Path) -> None:
    coco = read_back(items, tmp_path)

    read = [
        (coco.loadCats(known["category_id"])[0]["name"], known["bbox"], known["score"])
        for known in coco.loadAnns(coco.getAnnIds(imgIds=[1]))
    ]
    findings = inspected(items)[0].report.findings
    assert read == [
        (known.label, [*known.box_px[:2], known.box_px.width, known.box_px.height], sure)
        for known, sure in ((finding, finding.confidence) for finding in findings)
    ]
    assert [image["file_name"] for image in coco.loadImgs([1, 2, 3])] == [
        "board-0417_tested.png"
    ] * 3
    assert [image["part"] for image in coco.loadImgs([1, 2, 3])] == ["failing", "passing", "odd"]


def test_a_file_scored_against_itself_is_perfect(
    items: list[Item], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = read_back(items, tmp_path)
    scored = COCOeval(truth, truth.loadRes(truth.dataset["annotations"]), "bbox")
    scored.evaluate()
    scored.accumulate()
    scored.summarize()

    capsys.readouterr()
    assert scored.stats[0] == pytest.approx(1)


def test_areas_are_those_of_the_boxes(items: list[Item]) -> None:
    for known in dataset(items)["annotations"]:
        x, y, width, height = known["bbox"]
        assert known["area"] == Box(x, y, x + width, y + height).area


def test_hostile_texts_are_names_like_any_other(
    hostile: list[Item], text: str, tmp_path: Path
) -> None:
    coco = read_back(hostile, tmp_path)

    assert [known["name"] for known in coco.loadCats(coco.getCatIds())] == [text]
    assert [image["file_name"] for image in coco.loadImgs(coco.getImgIds())] == [text]


def test_a_part_without_an_image_is_left_out(unpictured: list[Item]) -> None:
    written = dataset(unpictured)

    assert (written["images"], written["annotations"], written["categories"]) == ([], [], [])
