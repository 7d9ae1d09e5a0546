"""Read back with junitparser."""

import re

from hypothesis import given
from hypothesis import strategies as st
from junitparser import Error, Failure, JUnitXml

from foveal.records.exports.item import Item, inspected
from foveal.records.exports.junit import render
from foveal.records.outcome import NotInspected


def read_back(items: list[Item]) -> JUnitXml:
    return JUnitXml.fromstring(render(items).encode())


def as_xml(text: str) -> str:
    """What is left of a text: a mark for each character that XML does not know."""
    return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)


def test_each_part_is_a_test_with_its_verdict(items: list[Item]) -> None:
    (suite,) = read_back(items)

    outcomes = {
        case.name: [(type(outcome), outcome.type) for outcome in case.result] for case in suite
    }
    assert outcomes == {
        "failing": [(Failure, "fail")],
        "passing": [],
        "odd": [(Failure, "review")],
        "broken": [(Error, "error")],
    }
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (4, 2, 1, 0)


def test_a_failure_lists_its_findings(items: list[Item]) -> None:
    (suite,) = read_back(items)
    failing, _, odd, broken = suite

    report = inspected(items)[0].report
    (failure,) = failing.result
    assert failing.classname == "board-compare"
    assert failure.message == report.reason
    lines = failure.text.splitlines()
    assert len(lines) == 2
    for line, finding in zip(lines, report.findings, strict=True):
        x1, y1, x2, y2 = finding.box_px
        assert line.startswith(f"{finding.label} at ({x1}, {y1}) to ({x2}, {y2}), confidence 0.9")
        assert line.endswith(finding.why)
    assert odd.result[0].message == "The images could not be aligned."
    assert broken.result[0].message == "'broken.png' is empty: export it again"


def test_hostile_texts_change_no_element(hostile: list[Item], text: str) -> None:
    ((failing, broken),) = read_back(hostile)

    outcomes = [(type(outcome), outcome.message) for outcome in (*failing.result, *broken.result)]
    assert outcomes == [(Failure, as_xml(text)), (Error, as_xml(text))]
    assert failing.name == broken.name == as_xml(text)


@given(st.text())
def test_any_text_is_well_formed_and_read_back(text: str) -> None:
    ((case,),) = read_back([NotInspected(id=text, error=text)])

    assert case.name == case.result[0].message == as_xml(text)
