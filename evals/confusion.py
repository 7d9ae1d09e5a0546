"""What each kind of defect was called, place by place."""

from collections import Counter
from collections.abc import Sequence

from foveal.evals.detection import Scored
from foveal.evals.matching import match

MISSED = "missed"
NOTHING = "nothing there"

Confusion = dict[str, dict[str, int]]
"""Label of the truth, or NOTHING → name given to it, or MISSED → how often."""


def confusion(pairs: Sequence[Scored]) -> Confusion:
    """Places are matched whatever their label, so that a wrong name is seen as one."""
    table: dict[str, Counter[str]] = {}
    for pair in pairs:
        found = match(pair.detections, pair.truths, class_blind=True)
        for detection, index in zip(pair.detections, found, strict=True):
            there = NOTHING if index is None else pair.truths[index].label
            table.setdefault(there, Counter())[detection.label] += 1
        for index, truth in enumerate(pair.truths):
            if index not in found:
                table.setdefault(truth.label, Counter())[MISSED] += 1
    return {there: dict(names) for there, names in table.items()}


def recall_per_type(table: Confusion) -> dict[str, float]:
    """Share of each kind whose place was found, whatever it was called."""
    return {
        label: 1 - names.get(MISSED, 0) / sum(names.values())
        for label, names in table.items()
        if label != NOTHING
    }
