"""Findings as SARIF 2.1.0 has the results of an analysis.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
"""

from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Any, Literal
from urllib.parse import quote

from foveal.records.exports.item import Item, Part, inspected, not_inspected
from foveal.schemas.finding import Finding
from foveal.schemas.verdict import Verdict

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS: dict[Verdict, Literal["error", "warning", "note"]] = {
    "fail": "error",
    "review": "warning",
    "pass": "note",
}


def log(items: Sequence[Item]) -> dict[str, Any]:
    """Parts that passed without a finding stand among the artifacts, with their verdict."""
    results = [result for part in inspected(items) for result in _results(part)]
    rules = sorted({result["ruleId"] for result in results if "ruleId" in result})
    errors = not_inspected(items)
    invocation = {
        "executionSuccessful": not errors,
        "toolExecutionNotifications": [
            {"level": "error", "message": _message(item.error), "properties": {"part": item.id}}
            for item in errors
        ],
    }
    driver = {
        "name": "foveal",
        "version": version("foveal"),
        "rules": [{"id": rule, "shortDescription": _message(rule)} for rule in rules],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "artifacts": [_artifact(part) for part in inspected(items) if part.image],
        "results": results,
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _results(part: Part) -> Iterator[dict[str, Any]]:
    """A verdict that rests on no finding is a result too, or a part to look at would go unseen."""
    report = part.report
    for finding in report.findings:
        yield _result(part, finding.why or finding.label) | _found(finding, part)
    if not report.findings and report.verdict != "pass":
        yield _result(part, report.reason)


def _result(part: Part, text: str) -> dict[str, Any]:
    return {
        "level": _LEVELS[part.report.verdict],
        "message": _message(text),
        "locations": [{"physicalLocation": {"artifactLocation": _location(part)}}]
        if part.image
        else [],
        "properties": _said_of(part),
    }


def _found(finding: Finding, part: Part) -> dict[str, Any]:
    """The box is a rectangle of an attachment: a region would count lines or bytes of the file."""
    left, top, right, bottom = finding.box_px
    rectangle = {"left": left, "top": top, "right": right, "bottom": bottom}
    tested = finding.verification
    found: dict[str, Any] = {
        "ruleId": finding.label,
        "rank": finding.confidence * 100,
        "properties": _said_of(part)
        | {"box_px": finding.box_px, "confidence": finding.confidence}
        | ({} if finding.size_mm is None else {"size_mm": finding.size_mm})
        | ({} if tested is None else {"supported": tested.supported}),
    }
    if part.image:
        attachment = {"artifactLocation": _location(part), "rectangles": [rectangle]}
        found["attachments"] = [attachment]
    return found


def _artifact(part: Part) -> dict[str, Any]:
    return {
        "location": _location(part),
        "roles": ["analysisTarget"],
        "properties": _said_of(part) | {"reason": part.report.reason},
    }


def _said_of(part: Part) -> dict[str, Any]:
    return {"part": part.id, "verdict": part.report.verdict}


def _location(part: Part) -> dict[str, str]:
    """Everything is quoted, so that no name is read as a scheme or as a host."""
    assert part.image is not None
    return {"uri": quote(part.image.source, safe="")}


def _message(text: str) -> dict[str, str]:
    """Plain text as 3.11.5 and 3.11.6 want it: braces doubled, and nothing that makes a link."""
    return {"text": text.replace("{", "{{").replace("}", "}}").replace("](", "] (")}
