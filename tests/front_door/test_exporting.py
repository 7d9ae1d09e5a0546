"""`foveal export`: a run as files that other tools read."""

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from foveal.agents.scripted import ScriptedModel
from foveal.api import compare
from foveal.commands import app
from foveal.exporting import read_formats
from foveal.models.protocol import ChooseRequest
from foveal.records.exports.formats import FORMATS
from foveal.schemas.errors import BadOutput, BadRecord, BadWorkflow

ALL = ",".join(FORMATS)


@pytest.fixture
def run(boards: tuple[Path, Path], tmp_path: Path) -> Path:
    def first(request: ChooseRequest) -> dict[str, float]:
        answers = request.answers
        return dict.fromkeys(answers, 0.1 / (len(answers) - 1)) | {answers[0]: 0.9}

    compare(*boards, out=tmp_path / "run", model=ScriptedModel(choosing=first))
    return tmp_path / "run"


def export(*arguments: str | Path) -> str:
    ended = CliRunner().invoke(app, ["export", *map(str, arguments)], catch_exceptions=False)
    assert ended.exit_code == 0
    return ended.stdout


def test_a_run_is_written_in_every_format(run: Path) -> None:
    said = export(run, "--to", ALL)

    files = [run / "exports" / known.file for known in FORMATS.values()]
    assert said == "".join(f"Written: {file}\n" for file in files)
    assert sorted((run / "exports").iterdir()) == sorted(files)


def test_every_format_tells_of_the_same_findings(run: Path) -> None:
    export(run, "--to", ALL)

    report = json.loads((run / "report.json").read_text())
    found = len(report["findings"])
    assert found > 0
    read = {file.name: file.read_text() for file in (run / "exports").iterdir()}
    assert len(json.loads(read["coco.json"])["annotations"]) == found
    assert len(json.loads(read["results.sarif"])["runs"][0]["results"]) == found
    assert len(list(csv.DictReader(read["findings.csv"].splitlines()))) == found
    assert f"run: {report['verdict']}" in read["summary.md"]
    assert f'type="{report["verdict"]}"' in read["junit.xml"]


def test_files_go_where_out_says(run: Path, tmp_path: Path) -> None:
    export(run, "--to", "csv", "--out", tmp_path / "build" / "reports")

    written = [path.name for path in (tmp_path / "build" / "reports").iterdir()]
    assert written == ["findings.csv"]
    assert not (run / "exports").exists()


def test_a_new_run_takes_the_exports_of_the_old_one_away(
    run: Path, boards: tuple[Path, Path]
) -> None:
    export(run, "--to", ALL)
    (run / "exports" / "notes.txt").write_text("mine")

    compare(*boards, out=run, model=ScriptedModel())

    assert [path.name for path in (run / "exports").iterdir()] == ["notes.txt"]


def test_names_of_formats_are_taken_once_and_in_order() -> None:
    assert read_formats("csv, coco,csv") == ["csv", "coco"]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("junt", "no format is called 'junt': did you mean 'junit'?"),
        ("csv,", "no format is called '': use one of coco, csv"),
    ],
    ids=ascii,
)
def test_a_format_that_is_not_known_is_refused(names: str, message: str) -> None:
    with pytest.raises(BadWorkflow) as refused:
        read_formats(names)
    assert str(refused.value).startswith(message)


def test_a_folder_without_a_run_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(BadRecord, match="holds no finished run"):
        export(tmp_path, "--to", "csv")
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_place_of_the_folder_is_refused(run: Path) -> None:
    (run / "exports").write_text("")

    with pytest.raises(BadOutput, match="cannot write"):
        export(run, "--to", "csv")
