"""A report as one page that opens from disk: no network, no script, every picture inside."""

import json
from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from foveal.records.alignment import Alignment, alignment_of
from foveal.records.card import Card, finding_card
from foveal.records.curves import Curves, curves_of
from foveal.records.document import Piece, left_out, pieces_of
from foveal.records.environment import environment
from foveal.records.overview import Panel, panels
from foveal.records.store import ImageStore
from foveal.records.tested_image import tested_image
from foveal.schemas.constraint import Constraint
from foveal.schemas.image import ImageId
from foveal.schemas.report import Report
from foveal.schemas.text import quoted


class Rule(NamedTuple):
    sentence: str
    schema: str | None
    """None where it is for the model alone."""

    taken_out: int
    """How many findings."""


@dataclass(frozen=True)
class Page:
    report: Report
    alignment: Alignment
    panels: list[Panel]
    cards: list[Card]
    rules: list[Rule]
    removed: list[Card]
    counts: list[tuple[str, int]]
    document: list[Piece]
    left_out: list[int]
    curves: Curves | None
    image_names: dict[ImageId, str]


def render(report: Report, images: ImageStore) -> str:
    """Raises BadImage where the store lacks a picture that the report cites."""
    return environment().get_template("report.html.j2").render(page=_page(report, images))


def _page(report: Report, images: ImageStore) -> Page:
    record = tested_image(report)
    tested = record.id if record else None
    cards = [
        finding_card(finding, f"{at}", tested=tested, images=images)
        for at, finding in enumerate(report.findings, start=1)
    ]
    removed = [
        finding_card(
            out.finding, f"R{at}", tested=tested, images=images, why_removed=out.constraint
        )
        for at, out in enumerate(report.removed, start=1)
    ]
    return Page(
        report=report,
        alignment=alignment_of(report),
        panels=panels(report, cards, images=images),
        cards=cards,
        rules=_rules(report),
        removed=removed,
        counts=Counter(finding.label for finding in report.findings).most_common(),
        document=[] if report.document is None else pieces_of(report),
        left_out=left_out(report),
        curves=curves_of(report.calibration),
        image_names={record.id: record.name for record in report.images},
    )


def _rules(report: Report) -> list[Rule]:
    taken_out = Counter(out.constraint for out in report.removed)
    return [_rule(known, taken_out) for known in report.workflow.constraints]


def _rule(known: Constraint, taken_out: Counter[str]) -> Rule:
    sentence, schema = quoted(known.sentence), None
    if known.finding is not None:
        schema = json.dumps(known.finding, ensure_ascii=False, indent=2)
    return Rule(sentence, schema, taken_out[sentence])
