import json
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from foveal.evals.manifest import read_manifest
from foveal.evals.matching import Truth
from foveal.schemas.box import Box
from foveal.schemas.errors import BadData
from foveal.schemas.workflow import Workflow
from foveal.workflow_file import load_workflow

LABEL: dict[str, object] = {"label": "open", "box_px": [10, 12, 50, 40]}
ROWS: list[dict[str, object]] = [
    {"id": "a", "template": "t.png", "tested": "a.png", "labels": [LABEL]},
    {"id": "b", "template": "t.png", "tested": "b.png", "labels": []},
]
CSV = f"""\
id,template,tested,labels
a,t.png,a.png,"{json.dumps([LABEL]).replace('"', '""')}"
b,t.png,b.png,[]
c,t.png,b.png,
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for index, name in enumerate("tab"):
        PIL.Image.fromarray(np.full((48, 64), 80 * index, np.uint8)).save(tmp_path / f"{name}.png")
    return tmp_path


def _written(folder: Path, text: str, name: str = "parts.jsonl") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _lines(*rows: object) -> str:
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def test_json_lines_list_parts_with_their_defects(folder: Path, workflow: Workflow) -> None:
    first, second = read_manifest(_written(folder, _lines(*ROWS) + "\n"), workflow)

    assert (first.name, first.truths) == ("a", (Truth("open", Box(10, 12, 50, 40)),))
    assert (second.name, second.truths) == ("b", ())
    assert [image.source for image in second.read()] == ["t.png", "b.png"]


def test_csv_lists_the_same_and_an_empty_cell_is_a_good_part(
    folder: Path, workflow: Workflow
) -> None:
    first, second, third = read_manifest(_written(folder, CSV, "parts.csv"), workflow)

    assert (first.name, first.truths) == ("a", (Truth("open", Box(10, 12, 50, 40)),))
    assert second.truths == third.truths == ()


@pytest.mark.parametrize("name", ["open circuit", "Open Circuit", "断路"])
def test_a_label_may_go_by_any_of_its_names(folder: Path, name: str) -> None:
    rows = [ROWS[0] | {"labels": [LABEL | {"label": name}]}]
    (part,) = read_manifest(_written(folder, _lines(*rows)), load_workflow("board-compare"))

    assert part.truths == (Truth("open", Box(10, 12, 50, 40)),)


def test_images_are_seen_from_the_manifest(
    folder: Path, workflow: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    (_, second) = read_manifest(_written(folder, _lines(*ROWS)), workflow)

    assert second.read()[1].size == (64, 48)


WRONG = {
    "no list": (_lines(ROWS[0] | {"labels": "open"}), r"line 1: labels: Input should be a valid"),
    "no labels": (
        _lines(ROWS[1], {"id": "c", "template": "t.png", "tested": "a.png"}),
        r"line 2: labels: Field required: give id, template, tested and labels",
    ),
    "an unknown key": (_lines(ROWS[0] | {"note": "x"}), r"line 1: note: Extra inputs are not"),
    "an unknown label": (
        _lines(ROWS[0] | {"labels": [LABEL | {"label": "opn"}]}),
        r"line 1: 'opn' is no defect of the workflow: use one of open, short, .*, and \[\]",
    ),
    "no box": (
        _lines(ROWS[0] | {"labels": [LABEL | {"box_px": [5, 5, 5, 9]}]}),
        "line 1: labels.0",
    ),
    "no JSON": ("{", "line 1 is no JSON"),
    "one part twice": (_lines(ROWS[0], ROWS[0]), "lists 'a' twice: give each part an id"),
    "nothing": ("\n", "lists nothing: write a line for each part"),
}


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG)
def test_a_line_that_labels_no_part_is_refused_with_its_place(
    folder: Path, workflow: Workflow, text: str, said: str
) -> None:
    with pytest.raises(BadData, match=said):
        read_manifest(_written(folder, text), workflow)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,template,tested\na,t.png,a.png\n", "line 2: labels: Field required"),
        (CSV.replace("[]", "none"), "line 3: labels: Input should be a valid"),
        (CSV.replace("[]", "[],5"), "line 3: a cell without a heading: Extra inputs"),
        (CSV.replace("b,t.png", ",t.png", 1), "line 3: id: String should have at least"),
    ],
    ids=["no column", "no list", "a cell too many", "no id"],
)
def test_a_row_that_labels_no_part_is_refused_with_its_place(
    folder: Path, workflow: Workflow, text: str, said: str
) -> None:
    with pytest.raises(BadData, match=said):
        read_manifest(_written(folder, text, "parts.csv"), workflow)


def test_a_defect_outside_the_part_is_refused_when_it_is_read(
    folder: Path, workflow: Workflow
) -> None:
    far = LABEL | {"box_px": [10, 12, 65, 40]}
    (pair,) = read_manifest(_written(folder, _lines(ROWS[0] | {"labels": [far]})), workflow)

    with pytest.raises(BadData, match=r"\(10, 12, 65, 40\) leaves the \(64, 48\) image 'a.png'"):
        pair.read()


def test_a_workflow_without_templates_lists_images(folder: Path, workflow: Workflow) -> None:
    alone = workflow.model_copy(update={"graph": "inspect"})
    row = {"id": "a", "image": "a.png", "labels": [LABEL]}

    (part,) = read_manifest(_written(folder, _lines(row)), alone)

    assert [image.source for image in part.read()] == ["a.png"]
    with pytest.raises(BadData, match=r"line 1: image: Field required: give id, image and labels"):
        read_manifest(_written(folder, _lines(ROWS[0])), alone)
