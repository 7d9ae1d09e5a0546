"""The images of a run with numbered boxes, in original pixels."""

from collections.abc import Callable
from dataclasses import dataclass
from string import ascii_uppercase

import numpy as np

from foveal.records.alignment import Alignment, alignment_of
from foveal.records.card import Card
from foveal.records.picture import Picture, overview
from foveal.records.store import ImageStore
from foveal.records.tag import Extent, place_tags
from foveal.records.tested_image import tested_image
from foveal.schemas.box import Box
from foveal.schemas.image import ImageRecord
from foveal.schemas.report import Report

Points = list[tuple[float, float]]

_TEXTS_ACROSS = 40
"""Heights of a tag's text in the width of an image: legible beside its twin, and in print."""


@dataclass(frozen=True)
class Mark:
    card: Card
    corners: Points
    tag: Extent


@dataclass(frozen=True)
class Panel:
    letter: str
    record: ImageRecord
    picture: Picture
    marks: list[Mark]
    text_px: float


def panels(report: Report, cards: list[Card], *, images: ImageStore) -> list[Panel]:
    letters = ascii_uppercase if len(report.images) > 1 else ""
    return [
        Panel(
            letter=letters[at : at + 1],
            record=record,
            picture=overview(images.read(record.id)),
            marks=_marks(record, report, cards),
            text_px=record.size_px[0] / _TEXTS_ACROSS,
        )
        for at, record in enumerate(report.images)
    ]


def _marks(record: ImageRecord, report: Report, cards: list[Card]) -> list[Mark]:
    place = _place(record, report)
    if place is None:
        return []
    shapes = [place(card.finding.box_px) for card in cards]
    tags = place_tags(
        [_extent(shape) for shape in shapes],
        [card.number for card in cards],
        text_px=record.size_px[0] / _TEXTS_ACROSS,
        size=record.size_px,
    )
    return [Mark(*mark) for mark in zip(cards, shapes, tags, strict=True)]


def _place(record: ImageRecord, report: Report) -> Callable[[Box], Points] | None:
    """How a box in tested pixels gets into this image; None where that is not known."""
    if record == tested_image(report):
        return _corners
    alignment = alignment_of(report)
    if record.name == "template" and alignment.comparable and alignment.matrix:
        return lambda box: _moved_back(box, alignment)
    return None


def _corners(box: Box) -> Points:
    return [(box.x1, box.y1), (box.x2, box.y1), (box.x2, box.y2), (box.x1, box.y2)]


def _moved_back(box: Box, alignment: Alignment) -> Points:
    """Corners in the template's pixels: a turned board has turned boxes."""
    back = np.linalg.inv(np.array(alignment.matrix))
    moved = back @ np.array([(x, y, 1) for x, y in _corners(box)]).T
    return [(float(x), float(y)) for x, y in (moved[:2] / moved[2]).T]


def _extent(corners: Points) -> Extent:
    across, down = zip(*corners, strict=True)
    return Extent(min(across), min(down), max(across), max(down))
