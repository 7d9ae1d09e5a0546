import json
from collections.abc import Callable

import pytest

from foveal.records.document import Piece, left_out, pieces_of
from foveal.records.html import render
from foveal.records.run_directory import RunDirectory
from foveal.schemas.report import Report

MakeReport = Callable[..., Report]

DOCUMENT = {"n": 2, "a/b": [], "list": [{"box": [1, 2, 3, 4]}], "text": "2 open", "<b>": None}
SOURCES = {
    "/n": "/facts/count/all",
    "/list/0/box": "/findings/1/box_px",
    "/text[0:1]": "/facts/count/label/open",
}


@pytest.fixture
def report(make_report: MakeReport) -> Report:
    return make_report(findings=2).model_copy(update={"document": DOCUMENT, "sources": SOURCES})


def test_a_document_is_shown_as_the_json_that_it_is(report: Report) -> None:
    pieces = pieces_of(report)

    assert json.loads("".join(piece.text for piece in pieces)) == DOCUMENT


def test_values_say_what_they_state_and_lead_to_their_finding(report: Report) -> None:
    cited = [piece for piece in pieces_of(report) if piece.source]

    assert cited == [
        Piece("2", "/facts/count/all"),
        Piece("[1, 2, 3, 4]", "/findings/1/box_px", 2),
        Piece('"2 open"', "/facts/count/label/open"),
    ]


def test_the_page_links_values_to_the_cards_below(run: RunDirectory, report: Report) -> None:
    page = render(report, run.images)

    assert '<a href="#finding-2" title="/findings/1/box_px">[1, 2, 3, 4]</a>' in page
    assert "&lt;b&gt;" in page
    assert "<b>&#34;" not in page


def test_the_page_names_findings_that_a_list_leaves_out(run: RunDirectory, report: Report) -> None:
    page = render(report, run.images)

    assert left_out(report) == [1]
    assert 'No value leads to <a href="#finding-1">finding 1</a>.' in page


def test_a_document_of_counts_alone_leaves_nothing_out(run: RunDirectory, report: Report) -> None:
    counted = report.model_copy(update={"sources": {"/n": "/facts/count/all"}})

    assert left_out(counted) == []
    assert "No value leads to" not in render(counted, run.images)


def test_a_page_without_a_document_has_no_such_section(
    run: RunDirectory, make_report: MakeReport
) -> None:
    assert "document-title" not in render(make_report(findings=1), run.images)


def test_the_document_stands_beside_the_report_until_the_next_run(
    run: RunDirectory, report: Report
) -> None:
    run.finish(report)

    assert json.loads((run.path / "document.json").read_text(encoding="utf-8")) == DOCUMENT
    RunDirectory.open(run.path)
    assert not (run.path / "document.json").exists()


def test_without_a_document_there_is_no_file(run: RunDirectory, make_report: MakeReport) -> None:
    run.finish(make_report(findings=1))

    assert not (run.path / "document.json").exists()
