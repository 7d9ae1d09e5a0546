"""Findings as a table that spreadsheets and scripts open: CSV (RFC 4180), a line a finding."""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO

from foveal.records.exports.item import Item, Part
from foveal.records.outcome import NotInspected

_HEADING = (
    "id",
    "verdict",
    "label",
    "x1",
    "y1",
    "x2",
    "y2",
    "size_mm",
    "confidence",
    "image",
    "why",
)
_STARTS_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""https://owasp.org/www-community/attacks/CSV_Injection"""

_NOTHING_FOUND = (None,) * 7


def render(items: Sequence[Item]) -> str:
    """A part without findings has one line, with what its verdict rests on as `why`."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_HEADING)
    for item in items:
        for row in _rows(item):
            writer.writerow(map(_harmless, row))
    return text.getvalue()


def _rows(item: Item) -> Iterator[tuple[object, ...]]:
    match item:
        case NotInspected(id=part, error=error):
            yield part, "error", *_NOTHING_FOUND, None, error
        case Part(id=part, report=report):
            source = item.image.source if item.image else None
            for found in report.findings:
                what = (found.label, *found.box_px, found.size_mm, found.confidence)
                yield part, report.verdict, *what, source, found.why
            if not report.findings:
                yield part, report.verdict, *_NOTHING_FOUND, source, report.reason


def _harmless(cell: object) -> object:
    """A text that a spreadsheet would take for a formula gets an apostrophe before it."""
    if isinstance(cell, str) and cell.startswith(_STARTS_FORMULA):
        return f"'{cell}"
    return cell
