import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from foveal.records.run_directory import RunDirectory
from foveal.schemas.errors import BadOutput
from foveal.schemas.image import name_pixels
from foveal.schemas.report import Report

MakeReport = Callable[..., Report]
PIXELS = np.zeros((2, 3), np.uint8)


def names_in(path: Path) -> set[str]:
    return {entry.name for entry in path.iterdir()}


def test_a_run_makes_its_folder_with_parents(tmp_path: Path) -> None:
    RunDirectory.open(tmp_path / "results" / "board-7")
    assert names_in(tmp_path / "results" / "board-7") == {"images", "ledger.jsonl"}


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    assert RunDirectory.open(tmp_path).path == tmp_path


def test_a_finished_run_holds_report_page_images_and_ledger(
    run: RunDirectory, make_report: MakeReport
) -> None:
    report = make_report(findings=1)
    run.finish(report)
    assert names_in(run.path) == {
        "report.json",
        "report.html",
        "images",
        "ledger.jsonl",
        "ledger.head",
    }
    written = (run.path / "report.json").read_text()
    assert Report.model_validate_json(written) == report


def test_the_last_line_of_the_ledger_names_what_was_written(
    run: RunDirectory, make_report: MakeReport
) -> None:
    run.finish(make_report(findings=0))
    last = json.loads((run.path / "ledger.jsonl").read_text().splitlines()[-1])
    files = {
        name: sha256((run.path / name).read_bytes()).hexdigest()
        for name in ("report.json", "report.html")
    }
    assert last["kind"] == "report"
    assert last["data"] == {"verdict": "pass", "files": files}
    assert (run.path / "ledger.head").read_text() == f"{last['sha256']}\n"


def test_a_rerun_takes_the_place_of_the_earlier_run(
    run: RunDirectory, make_report: MakeReport
) -> None:
    run.finish(make_report(findings=1))
    again = RunDirectory.open(run.path)
    assert names_in(run.path) == {"images", "ledger.jsonl"}
    assert not names_in(run.path / "images")
    again.images.save(name_pixels(PIXELS), PIXELS)
    assert len((run.path / "ledger.jsonl").read_text().splitlines()) == 1


def test_a_rerun_leaves_files_of_others_alone(run: RunDirectory) -> None:
    notes = [run.path / "notes.txt", run.path / "images" / "photo.png"]
    for path in notes:
        path.write_text("mine")
    RunDirectory.open(run.path)
    assert [path.read_text() for path in notes] == ["mine", "mine"]


def test_what_a_killed_run_left_half_written_is_taken_away(run: RunDirectory) -> None:
    (run.path / ".report.json.0123abcd.partial").write_text("{")
    (run.path / "images" / ".0123456789abcdef.png.0123abcd.partial").write_text("")
    RunDirectory.open(run.path)
    assert names_in(run.path) == {"images", "ledger.jsonl"}
    assert not names_in(run.path / "images")


def test_a_run_killed_before_its_first_line_can_be_run_again(tmp_path: Path) -> None:
    (tmp_path / ".ledger.jsonl.0123abcd.partial").write_text("{")
    RunDirectory.open(tmp_path)
    assert names_in(tmp_path) == {"images", "ledger.jsonl"}


@pytest.mark.parametrize(
    "ledger",
    [
        pytest.param(None, id="no ledger"),
        pytest.param(b"", id="empty ledger"),
        pytest.param(b'{"kind":"accounts"}\n', id="ledger of something else"),
        pytest.param(b"[1]\n", id="ledger of no objects"),
        pytest.param(b"Debit, Credit\n", id="ledger that is no JSON"),
        pytest.param(b"\xe4", id="ledger that is no text"),
    ],
)
def test_a_folder_that_holds_no_run_is_refused_and_kept(
    tmp_path: Path, ledger: bytes | None
) -> None:
    (tmp_path / "report.json").write_text("theirs")
    if ledger is not None:
        (tmp_path / "ledger.jsonl").write_bytes(ledger)
    with pytest.raises(BadOutput, match=r"not a foveal run: name a new or empty folder"):
        RunDirectory.open(tmp_path)
    assert (tmp_path / "report.json").read_text() == "theirs"


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "results"
    path.write_text("theirs")
    with pytest.raises(BadOutput, match=r"results' is a file: name a folder"):
        RunDirectory.open(path)
    assert path.read_text() == "theirs"


@pytest.mark.parametrize("place", ["a file/results", "a link to nowhere"])
def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / "a file").write_text("theirs")
    (tmp_path / "a link to nowhere").symlink_to(tmp_path / "a file" / "beyond")
    with pytest.raises(BadOutput, match=r"cannot write .*choose a folder you may write to"):
        RunDirectory.open(tmp_path / place)


def test_a_run_whose_images_are_no_folder_is_refused(run: RunDirectory) -> None:
    (run.path / "images").rmdir()
    (run.path / "images").write_text("")
    with pytest.raises(BadOutput, match="cannot write"):
        RunDirectory.open(run.path)
