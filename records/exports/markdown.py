"""A summary to paste into a ticket, or to show beside a build."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from foveal.records.exports.item import Item, Part
from foveal.records.figures import length_mm, percent, probability, short_hash
from foveal.records.outcome import NotInspected
from foveal.schemas.finding import Finding
from foveal.schemas.report import Report

_TABLE = (
    "| # | label | confidence | box_px | size | why |",
    "| --- | --- | --- | --- | --- | --- |",
)
_MEANS_SOMETHING = re.compile(r"[\\`*_{}\[\]<>()#+!|~&$@]|:(?=\S)|/(?=/)|\.(?=[^\W\d])")
"""Emphasis, links, HTML, cells and formulas, and what makes an address of a bare word."""


def render(items: Sequence[Item]) -> str:
    counts = Counter(_verdict(item) for item in items)
    said = ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common())
    lines = [f"# foveal: {said}"]
    for item in items:
        lines += ["", f"## {_plain(item.id)}: {_verdict(item)}", ""]
        if isinstance(item, NotInspected):
            lines.append(f"- Error: {_plain(item.error)}")
        else:
            lines.extend(_part(item))
    return "\n".join(lines) + "\n"


def _verdict(item: Item) -> str:
    return "error" if isinstance(item, NotInspected) else item.report.verdict


def _part(part: Part) -> Iterator[str]:
    report = part.report
    image = part.image.source if part.image else "none"
    yield f"- Reason: {_plain(report.reason)}"
    yield f"- Image: {_plain(image)}"
    yield f"- Coverage: {_coverage(report)}"
    yield f"- Model: {_plain(_model(report))}"
    workflow = f"{report.workflow.name} {short_hash(report.workflow.sha256)}"
    yield f"- Workflow: {_plain(workflow)}"
    if report.findings:
        yield from ("", *_TABLE)
        yield from (_row(number, found) for number, found in enumerate(report.findings, start=1))


def _coverage(report: Report) -> str:
    looked_at, scale = report.coverage.share, report.coverage.mm_per_px
    return percent(looked_at) + ("" if scale is None else f" at {scale:.4g} mm per pixel")


def _model(report: Report) -> str:
    calibration = report.model.calibration
    known = "uncalibrated" if calibration is None else f"calibrated on {calibration}"
    return f"{report.model.name} {short_hash(report.model.revision)}, {known}"


def _row(number: int, finding: Finding) -> str:
    cells = (
        str(number),
        _plain(finding.label),
        _plain(probability(finding.confidence)),
        " ".join(map(str, finding.box_px)),
        "" if finding.size_mm is None else length_mm(finding.size_mm),
        _plain(finding.why),
    )
    return f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    """On one line, and as it stands wherever Markdown would take it for more."""
    return _MEANS_SOMETHING.sub(r"\\\g<0>", " ".join(text.split()))
