"""A report as one page that opens from disk: no network, no script, every picture inside."""

from collections import Counter
from dataclasses import dataclass

from foveal.records.alignment import Alignment, alignment_of
from foveal.records.card import Card, finding_card
from foveal.records.curves import Curves, curves_of
from foveal.records.document import Piece, left_out, pieces_of
from foveal.records.environment import environment
from foveal.records.overview import Panel, panels
from foveal.records.store import ImageStore
from foveal.records.tested_image import tested_image
from foveal.schemas.image import ImageId
from foveal.schemas.report import Report


@dataclass(frozen=True)
class Page:
    report: Report
    alignment: Alignment
    panels: list[Panel]
    cards: list[Card]
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
        removed=removed,
        counts=Counter(finding.label for finding in report.findings).most_common(),
        document=[] if report.document is None else pieces_of(report),
        left_out=left_out(report),
        curves=curves_of(report.calibration),
        image_names={record.id: record.name for record in report.images},
    )
