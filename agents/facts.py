"""What a document may state of an inspection; what follows from the findings is counted here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import floor
from typing import Any, NamedTuple

from foveal.schemas.box import Box
from foveal.schemas.report import Report
from foveal.schemas.verdict import Verdict
from foveal.schemas.workflow import Workflow


class Defect(NamedTuple):
    """A finding as a document may cite it."""

    label: str
    """In the language that the model is asked in."""

    box: Box
    """In original pixels."""

    size_mm: float | None
    confidence: float


@dataclass(frozen=True)
class Facts:
    verdict: Verdict
    defects: tuple[Defect, ...]
    labels: tuple[str, ...]
    """That a defect may have."""

    part: str
    size_px: tuple[int, int]
    workflow: str
    coverage: float
    date: str | None = None
    regions: Mapping[str, Box] = field(default_factory=dict)
    """Parts of the part, from 0 to 1000 in both directions."""

    @cached_property
    def by_label(self) -> dict[str, int]:
        found = [defect.label for defect in self.defects]
        return {label: found.count(label) for label in self.labels}

    @cached_property
    def by_region(self) -> dict[str, int]:
        """A defect is where its middle is."""
        return {name: len(self.inside(name)) for name in self.regions}

    def inside(self, region: str) -> list[Defect]:
        return [defect for defect in self.defects if self._is_inside(defect, self.regions[region])]

    @cached_property
    def worst(self) -> Defect | None:
        """The largest in mm, else in pixels; the first of equals."""
        return max(self.defects, key=_extent, default=None)

    def counted(self) -> dict[str, Any]:
        """What the report does not say by itself."""
        count = {"all": len(self.defects), "label": self.by_label, "region": self.by_region}
        return {"part": self.part, "date": self.date, "count": count}

    def _is_inside(self, defect: Defect, region: Box) -> bool:
        x, y = (1000 * at / side for at, side in zip(defect.box.center, self.size_px, strict=True))
        return region.holds((x, y))


def _extent(defect: Defect) -> tuple[float, int]:
    return defect.size_mm or 0, defect.box.area


def facts_of(report: Report, workflow: Workflow, *, date: str | None) -> Facts:
    """Confidences are rounded to two decimals; the share looked at is never rounded up."""
    names = {label: answer for answer, label in workflow.answers.items()}
    part = report.images[-1]
    return Facts(
        verdict=report.verdict,
        defects=tuple(
            Defect(names[known.label], known.box_px, known.size_mm, round(known.confidence, 2))
            for known in report.findings
        ),
        labels=tuple(names[label] for label in workflow.defects),
        part=part.source,
        size_px=part.size_px,
        workflow=workflow.name,
        coverage=floor(report.coverage.share * 100) / 100,
        date=date,
        regions=workflow.document.regions if workflow.document else {},
    )
