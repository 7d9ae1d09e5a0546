"""What a part is decided by: the highest confidence among its regions, 0 where nothing differs."""

from collections.abc import Callable, Sequence
from math import inf
from typing import NamedTuple

import numpy as np

from foveal.evals.matching import Truth
from foveal.evals.pairs import LabelledPair
from foveal.evals.risk import Scores
from foveal.schemas.report import Report


class PartScores(NamedTuple):
    defective: Scores
    good: Scores


def part_scores(
    reports: Sequence[Report], pairs: Sequence[LabelledPair], scale: Callable[[float], float]
) -> PartScores:
    """Of reports that list every region; `scale` turns their confidences into the final ones."""
    defective, good = [], []
    for report, pair in zip(reports, pairs, strict=True):
        if pair.truths:
            defective.append(_defective(report, pair.truths, scale))
        else:
            good.append(-inf if _is_obstructed(report) else _highest(report, scale))
    return PartScores(np.array(defective, float), np.array(good, float))


def _defective(report: Report, truths: Sequence[Truth], scale: Callable[[float], float]) -> float:
    """0 where no region shows a defect: a harmless place that fails the part is not its merit."""
    if _is_obstructed(report):
        return inf
    shown = any(
        finding.box_px.intersection_area(truth.box)
        for finding in report.findings
        for truth in truths
    )
    return _highest(report, scale) if shown else 0.0


def _highest(report: Report, scale: Callable[[float], float]) -> float:
    """What a constraint removed does not count."""
    return max((scale(finding.confidence) for finding in report.findings), default=0.0)


def _is_obstructed(report: Report) -> bool:
    """Whether a person must look though no region asks for it, as where nothing can be aligned."""
    return report.verdict == "review" and not report.findings
