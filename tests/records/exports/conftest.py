"""Parts with every verdict, one that could not be inspected, and texts that mean harm."""

from collections.abc import Callable
from typing import Any

import pytest

from foveal.records.exports.item import Item, Part
from foveal.records.outcome import NotInspected
from foveal.schemas.report import Report

HOSTILE = {
    "markup": "<script>alert(1)</script><!-- & --> </table>]]>",
    "quotes": """a "b" 'c', `d`; e\\""",
    "lines": "one\r\ntwo\n\n# three\n| four |\ttab",
    "Markdown": "[a](https://example.org) ![b](//c) **d** _e_ `f` $g$ @h :i: www.example.org",
    "a formula": "=HYPERLINK(A1)",
    "a command": "@SUM(1+1)*cmd|' /C calc'!A0",
    "a path": "//example.org/../../a b%20c?d#e.png",
    "a scheme": "javascript:alert(1)",
    "placeholders": "{0} {{ 7 * 7 }} %s ${x}",
    "control characters": "\x00\x01\x1b[31m\x7f\x85\u2028\ufffe",
    "other scripts": "短路 🔥 \u202egnp\u202c é",
}


@pytest.fixture(params=HOSTILE.values(), ids=list(HOSTILE))
def text(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def hostile(text: str, make_report: Callable[..., Report]) -> list[Item]:
    """A part that fails and one that was not inspected; every free string is the same text."""
    data: dict[str, Any] = make_report(findings=1).model_dump()
    data["findings"] = [data["findings"][0] | {"label": text, "why": text}]
    data["images"] = [image | {"source": text} for image in data["images"]]
    data["model"] |= {"name": text, "calibration": text}
    data["workflow"] |= {"name": text}
    data["reason"] = text
    return [Part(text, Report.model_validate(data)), NotInspected(id=text, error=text)]


@pytest.fixture
def items(make_report: Callable[..., Report]) -> list[Item]:
    """In order: fails with two findings, passes, is for review without a finding, an error."""
    return [
        Part("failing", make_report(findings=2, removed=1)),
        Part("passing", make_report(findings=0)),
        Part("odd", make_report(findings=0, comparable=False)),
        NotInspected(id="broken", error="'broken.png' is empty: export it again"),
    ]


@pytest.fixture
def unpictured(make_report: Callable[..., Report]) -> list[Item]:
    """A part whose report names no image."""
    return [Part("blind", make_report(findings=1).model_copy(update={"images": []}))]
