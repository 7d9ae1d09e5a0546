"""Verdicts as test results, in the XML that CI servers read.

What a person must look at is a failure of type `review`: skipped tests are shown as green.
"""

import re
from collections import Counter
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from foveal.records.exports.item import Item
from foveal.records.figures import probability
from foveal.records.outcome import NotInspected
from foveal.schemas.finding import Finding

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 allows in no form, not even escaped (https://www.w3.org/TR/xml/#charsets)."""


def render(items: Sequence[Item]) -> str:
    root = Element("testsuites")
    suite = SubElement(root, "testsuite", name="foveal")
    for item in items:
        _add_case(suite, item)
    counts = Counter(outcome.tag for case in suite for outcome in case)
    for element in (root, suite):
        element.set("tests", str(len(items)))
        element.set("failures", str(counts["failure"]))
        element.set("errors", str(counts["error"]))
    indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}\n'


def _add_case(suite: Element, item: Item) -> None:
    if isinstance(item, NotInspected):
        case = SubElement(suite, "testcase", name=_allowed(item.id), classname="foveal")
        SubElement(case, "error", type="error", message=_allowed(item.error))
        return
    report = item.report
    classname = _allowed(report.workflow.name)
    case = SubElement(suite, "testcase", name=_allowed(item.id), classname=classname)
    if report.verdict != "pass":
        message = _allowed(report.reason)
        failure = SubElement(case, "failure", type=report.verdict, message=message)
        failure.text = _allowed("\n".join(map(_line, report.findings)))


def _line(finding: Finding) -> str:
    x1, y1, x2, y2 = finding.box_px
    what = f"{finding.label} at ({x1}, {y1}) to ({x2}, {y2})"
    return f"{what}, confidence {probability(finding.confidence)}: {finding.why}"


def _allowed(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
