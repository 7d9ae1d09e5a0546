from collections.abc import Callable
from pathlib import Path

import pytest

from foveal.records.exports.item import Part
from foveal.records.exports.reading import items_in
from foveal.records.run_directory import RunDirectory
from foveal.schemas.errors import BadRecord
from foveal.schemas.report import Report


def test_a_run_is_one_part_under_the_name_of_its_folder(
    run: RunDirectory, make_report: Callable[..., Report]
) -> None:
    report = make_report(findings=1)
    run.finish(report)

    assert items_in(run.path) == [Part("run", report)]


def test_a_run_that_has_not_ended_is_refused(run: RunDirectory) -> None:
    with pytest.raises(BadRecord, match="holds no finished run: name the folder"):
        items_in(run.path)


def test_a_report_of_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text('{"verdict": "good"}')

    with pytest.raises(BadRecord, match="was written by another version of foveal"):
        items_in(tmp_path)


def test_a_folder_may_be_called_anything(
    run: RunDirectory, make_report: Callable[..., Report]
) -> None:
    run.finish(make_report(findings=0))
    odd = run.path.rename(run.path.with_name("run-\udcff"))

    assert [item.id for item in items_in(odd)] == ["run-?"]
