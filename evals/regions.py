"""What was judged, region by region, beside what was there."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foveal.evals.matching import LEAST_IOU, Truth
from foveal.evals.pairs import LabelledPair
from foveal.schemas.box import Box
from foveal.schemas.errors import BadData
from foveal.schemas.finding import Finding
from foveal.schemas.report import Report
from foveal.schemas.workflow import Workflow

Reports = Sequence[Report]


class Confidences(NamedTuple):
    values: NDArray[np.float64]
    """Probability given that something is wrong."""

    wrong: NDArray[np.bool_]
    """Whether something is."""


def confidences(reports: Reports, pairs: Sequence[LabelledPair], workflow: Workflow) -> Confidences:
    """Of every region in the reports."""
    harmless = workflow.harmless
    rows = [
        (finding.confidence, there != harmless)
        for finding, there in _judged(reports, pairs, harmless=harmless)
    ]
    values, wrong = zip(*rows, strict=True)
    return Confidences(np.array(values), np.array(wrong))


def label_of(box: Box, truths: Sequence[Truth], *, harmless: str) -> str | None:
    """What a region shows; None where it meets a defect without showing it."""
    met = [truth for truth in truths if truth.box.intersection_area(box)]
    if not met:
        return harmless
    best = max(met, key=lambda truth: truth.box.iou(box))
    return best.label if best.box.iou(box) > LEAST_IOU else None


def _judged(
    reports: Reports, pairs: Sequence[LabelledPair], *, harmless: str
) -> list[tuple[Finding, str]]:
    found = [
        (finding, there)
        for finding, truths in _findings(reports, pairs)
        if (there := label_of(finding.box_px, truths, harmless=harmless)) is not None
    ]
    if not found:
        raise BadData(
            f"no region was judged on {len(pairs)} boards",
            fix="take more of them, or look at one with `foveal compare`",
        )
    return found


def _findings(
    reports: Reports, pairs: Sequence[LabelledPair]
) -> Iterator[tuple[Finding, tuple[Truth, ...]]]:
    for report, pair in zip(reports, pairs, strict=True):
        for finding in (*report.findings, *(removed.finding for removed in report.removed)):
            yield finding, pair.truths
