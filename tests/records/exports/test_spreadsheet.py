import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foveal.records.exports.item import Item, inspected
from foveal.records.exports.spreadsheet import render
from foveal.records.outcome import NotInspected


def read_back(items: list[Item]) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(render(items), newline=""), strict=True))


def test_each_finding_is_a_line(items: list[Item]) -> None:
    rows = [row for row in read_back(items) if row["id"] == "failing"]

    for row, finding in zip(rows, inspected(items)[0].report.findings, strict=True):
        assert row["label"] == finding.label
        assert tuple(int(row[name]) for name in ("x1", "y1", "x2", "y2")) == finding.box_px
        assert float(row["size_mm"]) == finding.size_mm
        assert float(row["confidence"]) == finding.confidence
        assert (row["image"], row["why"]) == ("board-0417_tested.png", finding.why)


def test_a_part_without_findings_has_a_line_too(items: list[Item]) -> None:
    *_, passing, odd, broken = read_back(items)

    assert (passing["id"], passing["verdict"], passing["label"]) == ("passing", "pass", "")
    assert (odd["verdict"], odd["why"]) == ("review", "The images could not be aligned.")
    assert (broken["verdict"], broken["image"]) == ("error", "")
    assert broken["why"] == "'broken.png' is empty: export it again"


def test_an_unknown_size_is_an_empty_cell(unpictured: list[Item]) -> None:
    (part,) = inspected(unpictured)
    unsized = part.report.findings[0].model_copy(update={"size_mm": None})
    report = part.report.model_copy(update={"findings": [unsized]})

    (row,) = read_back([type(part)("blind", report)])

    assert (row["size_mm"], row["image"]) == ("", "")


@pytest.mark.parametrize("first", list("=+-@\t\r\n＝＋－＠"), ids=ascii)
def test_no_cell_is_taken_for_a_formula(first: str) -> None:
    (row,) = read_back([NotInspected(id=f"{first}1+1", error=f"{first}cmd|' /C calc'!A0")])

    assert (row["id"], row["why"]) == (f"'{first}1+1", f"'{first}cmd|' /C calc'!A0")


def test_hostile_texts_stay_in_their_cells(hostile: list[Item], text: str) -> None:
    failing, broken = read_back(hostile)

    assert {failing[name].removeprefix("'") for name in ("id", "label", "image", "why")} == {text}
    assert {broken[name].removeprefix("'") for name in ("id", "why")} == {text}


@given(st.text())
def test_any_text_is_read_back(text: str) -> None:
    (row,) = read_back([NotInspected(id="part", error=text)])

    assert row["why"] in (text, f"'{text}")
