from pathlib import Path

import pytest

from foveal.evals import deeppcb
from foveal.evals.deeppcb import read_pairs
from foveal.evals.matching import Truth
from foveal.evals.options import EvalOptions
from foveal.schemas.box import Box
from foveal.schemas.errors import BadData, BadImage, BadWorkflow
from foveal.schemas.workflow import LabelDefinition, Workflow


def test_pairs_come_with_their_names_and_labels(folder: Path) -> None:
    first, second = read_pairs(folder)
    assert (first.name, first.truths) == ("0001", (Truth("open", Box(10, 10, 50, 40)),))
    assert (second.name, second.truths) == ("0002", ())


def test_images_are_read_template_first(folder: Path) -> None:
    template, tested = read_pairs(folder)[0].read()
    assert (template.source, tested.source) == ("0001_temp.jpg", "0001_test.jpg")
    assert template.size == (128, 96)


def test_other_files_in_the_folder_are_no_pairs(folder: Path) -> None:
    (folder / "README.md").write_text("about")
    (folder / "notes.txt").write_text("about")
    assert len(read_pairs(folder)) == 2


def test_a_folder_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="give the folder"):
        read_pairs(tmp_path / "nowhere")


def test_a_folder_without_pairs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="holds no pairs"):
        read_pairs(tmp_path)


@pytest.mark.parametrize("missing", ["0002_temp.jpg", "0002_test.jpg", "0002.txt"])
def test_a_pair_that_lacks_a_file_is_named_with_it(folder: Path, missing: str) -> None:
    (folder / missing).unlink()
    with pytest.raises(BadData, match=f"'0002'.*has no '{missing}'"):
        read_pairs(folder)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("1 2 3 4", "names no defect"),
        ("1 2 3 4 5 6", "names no defect"),
        ("1 2 3 4 7", "names no defect"),
        ("1 2 3 4 open", "names no defect"),
        ("1.5 2 3 4 1", "names no defect"),
        ("9 2 3 4 1", "is no box"),
        ("1 2 3 2 1", "is no box"),
        ("-1 2 3 4 1", "is no box"),
    ],
)
def test_a_bad_line_is_named_with_its_number(folder: Path, line: str, what: str) -> None:
    (folder / "0001.txt").write_text(f"1 2 3 4 1\n{line}\n")
    with pytest.raises(BadData, match=rf"0001.txt, line 2: .* {what}"):
        read_pairs(folder)


def test_labels_that_are_no_text_are_refused(folder: Path) -> None:
    (folder / "0001.txt").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(BadData, match="cannot be read as text"):
        read_pairs(folder)


def test_a_box_outside_its_image_is_refused(folder: Path) -> None:
    (folder / "0001.txt").write_text("10 10 129 40 1")
    with pytest.raises(BadData, match=r"leaves the \(128, 96\) image '0001_test.jpg'"):
        read_pairs(folder)[0].read()


def test_a_damaged_image_is_refused(folder: Path) -> None:
    (folder / "0001_test.jpg").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(BadImage):
        read_pairs(folder)[0].read()


def test_without_a_folder_it_says_what_to_give(workflow: Workflow) -> None:
    with pytest.raises(BadData, match="give --data FOLDER"):
        deeppcb.run(EvalOptions(workflow=workflow))


def test_a_workflow_that_names_defects_otherwise_is_refused(folder: Path) -> None:
    labels = [LabelDefinition(name=name, meaning=name) for name in ("scratch", "none")]
    other = Workflow(name="lenses", subject="lenses", labels=labels, harmless="none")
    with pytest.raises(BadWorkflow, match=r"'lenses' has no labels.*'copper'"):
        deeppcb.run(EvalOptions(workflow=other, data=folder))
