"""What is exported: parts that were inspected, and parts that could not be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from foveal.records.outcome import NotInspected
from foveal.records.tested_image import tested_image
from foveal.schemas.image import ImageRecord
from foveal.schemas.report import Report


@dataclass(frozen=True)
class Part:
    id: str
    report: Report

    @property
    def image(self) -> ImageRecord | None:
        """The one that boxes are given in."""
        return tested_image(self.report)


Item = Part | NotInspected


def inspected(items: Sequence[Item]) -> list[Part]:
    return [item for item in items if isinstance(item, Part)]


def not_inspected(items: Sequence[Item]) -> list[NotInspected]:
    return [item for item in items if isinstance(item, NotInspected)]


def pictured(items: Sequence[Item]) -> Iterator[tuple[Part, ImageRecord]]:
    """Parts whose report names an image, for formats in which a box needs one."""
    for part in inspected(items):
        if part.image is not None:
            yield part, part.image
