"""Which detections are right, by DeepPCB's rule (github.com/tangsanli5201/DeepPCB)."""

from collections.abc import Sequence
from typing import NamedTuple

from foveal.schemas.box import Box

LEAST_IOU = 0.33
"""A detection must overlap by more than this."""


class Truth(NamedTuple):
    label: str
    box: Box


class Detection(NamedTuple):
    label: str
    box: Box
    confidence: float


def match(
    detections: Sequence[Detection], truths: Sequence[Truth], *, class_blind: bool = False
) -> list[int | None]:
    """For each detection the truth it finds: surest first, every truth at most once.

    Whatever the order given, the same detections find the same truths: among equal confidences
    the box decides.
    """
    found: list[int | None] = [None] * len(detections)
    free = set(range(len(truths)))
    for index in sorted(range(len(detections)), key=lambda index: _rank(detections[index])):
        best = _best(detections[index], truths, free, class_blind=class_blind)
        found[index] = best
        free -= {best}
    return found


def _rank(detection: Detection) -> tuple[float, Box, str]:
    return -detection.confidence, detection.box, detection.label


def _best(
    detection: Detection, truths: Sequence[Truth], free: set[int], *, class_blind: bool
) -> int | None:
    """The free truth that overlaps most."""
    overlaps = {
        index: detection.box.iou(truths[index].box)
        for index in free
        if class_blind or truths[index].label == detection.label
    }
    enough = [index for index, overlap in overlaps.items() if overlap > LEAST_IOU]
    return max(enough, key=lambda index: (overlaps[index], truths[index]), default=None)
