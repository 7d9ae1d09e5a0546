"""Precision, recall, F-score and average precision of detections over many pairs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from foveal.evals.matching import Detection, Truth, match
from foveal.schemas.base import Strict


class Counts(NamedTuple):
    right: int
    false_alarms: int
    misses: int


class Rates(Strict):
    """Nothing detected has precision 1 and nothing to detect recall 1; the counts stand beside."""

    precision: float
    recall: float
    f_score: float
    right: int
    false_alarms: int
    misses: int


@dataclass(frozen=True)
class Scored:
    """What was found on one pair, and what was there to find."""

    detections: tuple[Detection, ...]
    truths: tuple[Truth, ...]

    def at(self, threshold: float) -> "Scored":
        """With only the detections that a report at this threshold lists."""
        kept = (known for known in self.detections if known.confidence >= threshold)
        return Scored(tuple(kept), self.truths)

    def of(self, label: str) -> "Scored":
        return Scored(
            tuple(known for known in self.detections if known.label == label),
            tuple(truth for truth in self.truths if truth.label == label),
        )


def count(scored: Scored, *, class_blind: bool = False) -> Counts:
    found = match(scored.detections, scored.truths, class_blind=class_blind)
    right = sum(truth is not None for truth in found)
    return Counts(right, len(found) - right, len(scored.truths) - right)


def rates(counts: Iterable[Counts]) -> Rates:
    """Over all pairs together."""
    right, false_alarms, misses = map(sum, zip(Counts(0, 0, 0), *counts, strict=True))
    return Rates(
        precision=_ratio(right, right + false_alarms),
        recall=_ratio(right, right + misses),
        f_score=_ratio(2 * right, 2 * right + false_alarms + misses),
        right=right,
        false_alarms=false_alarms,
        misses=misses,
    )


def average_precision(pairs: Sequence[Scored], *, class_blind: bool = False) -> float | None:
    """Mean over the truths of the precision at which each is found; None where there are none.

    Not interpolated, as in the ICDAR scripts that DeepPCB's evaluation follows. Detections of
    equal confidence enter together.
    """
    truths = sum(len(pair.truths) for pair in pairs)
    if not truths:
        return None
    total = 0.0
    before = 0
    for seen, right in _cumulated(pairs, class_blind=class_blind):
        total += (right - before) * right / seen
        before = right
    return total / truths


def best_f_score(pairs: Sequence[Scored], *, class_blind: bool = False) -> float:
    """At the threshold that suits these very pairs best, chosen afterwards."""
    truths = sum(len(pair.truths) for pair in pairs)
    points = _cumulated(pairs, class_blind=class_blind)
    return max((2 * right / (seen + truths) for seen, right in points), default=0.0)


def mean_average_precision(pairs: Sequence[Scored], labels: Iterable[str]) -> float | None:
    """Over the labels that occur."""
    found = (average_precision([pair.of(label) for pair in pairs]) for label in labels)
    known = [value for value in found if value is not None]
    return sum(known) / len(known) if known else None


def _cumulated(pairs: Sequence[Scored], *, class_blind: bool) -> list[tuple[int, int]]:
    """(detections, right ones) down to each confidence that occurs, from the highest."""
    ranked = sorted(
        (-detection.confidence, truth is not None)
        for pair in pairs
        for detection, truth in zip(
            pair.detections,
            match(pair.detections, pair.truths, class_blind=class_blind),
            strict=True,
        )
    )
    points = []
    seen = right = 0
    for _, group in groupby(ranked, key=lambda item: item[0]):
        outcomes = [is_right for _, is_right in group]
        seen += len(outcomes)
        right += sum(outcomes)
        points.append((seen, right))
    return points


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
