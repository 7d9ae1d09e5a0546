"""How far reports on one part differ when it is inspected again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from foveal.evals.disturbance import Disturbance
from foveal.evals.matching import Detection, Truth, match
from foveal.evals.session import detections
from foveal.evals.share import Share
from foveal.records.tested_image import tested_image
from foveal.schemas.base import Strict
from foveal.schemas.box import Box
from foveal.schemas.report import Report


@dataclass(frozen=True)
class Repeat:
    """The same part inspected under a disturbance."""

    disturbance: Disturbance
    report: Report


@dataclass
class Repeated:
    """What became, repeat by repeat, of the verdict and the findings on an undisturbed part."""

    pass_fail: list[bool] = field(default_factory=list)
    review: list[bool] = field(default_factory=list)
    gone: list[bool] = field(default_factory=list)
    """Of the findings there were."""

    new: list[bool] = field(default_factory=list)
    """Of the findings there are."""

    renamed: list[bool] = field(default_factory=list)
    moved_px: list[float] = field(default_factory=list)
    """The farthest that any side of a box that was found again is off."""

    deviations: list[float] = field(default_factory=list)
    """Of the confidence of each finding that was found again."""


def repeated(reference: Report, repeats: Iterable[Repeat]) -> Repeated:
    """Findings are the same where boxes overlap by DeepPCB's rule, whatever they are called."""
    seen = Repeated()
    known = detections(reference)
    confidences = [[one.confidence] for one in known]
    for repeat in repeats:
        verdicts = {reference.verdict, repeat.report.verdict}
        seen.pass_fail.append(verdicts == {"pass", "fail"})
        seen.review.append(len(verdicts) > 1 and "review" in verdicts)
        found = _found(repeat, known)
        again = {one.place for one in found}
        seen.gone += [index not in again for index in range(len(known))]
        seen.new += [one.place is None for one in found]
        for one in found:
            if one.place is not None:
                seen.renamed.append(one.label != known[one.place].label)
                seen.moved_px.append(float(np.abs(one.corners - known[one.place].box).max()))
                confidences[one.place].append(one.confidence)
    seen.deviations = [float(np.std(values)) for values in confidences if len(values) > 1]
    return seen


class _Found(NamedTuple):
    """A finding with the disturbance undone, and its place among the known ones."""

    label: str
    confidence: float
    corners: NDArray[np.float64]
    place: int | None


def _found(repeat: Repeat, known: Sequence[Detection]) -> list[_Found]:
    found = detections(repeat.report)
    size = _size(repeat.report)
    corners = [repeat.disturbance.undone(one.box, size) for one in found]
    moved = [
        one._replace(box=Box(*np.rint(there).astype(int).tolist()))
        for one, there in zip(found, corners, strict=True)
    ]
    truths = [Truth(one.label, one.box) for one in known]
    indices = match(moved, truths, class_blind=True)
    return [
        _Found(one.label, one.confidence, there, index)
        for one, there, index in zip(found, corners, indices, strict=True)
    ]


def _size(report: Report) -> tuple[int, int]:
    tested = tested_image(report)
    assert tested is not None, "a report names the image that was inspected"
    return tested.size_px


class Spread(Strict):
    median: float
    p95: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self | None:
        """None of no values."""
        if not values:
            return None
        median, p95 = np.quantile(values, (0.5, 0.95))
        return cls(median=float(median), p95=float(p95))


class Flips(Strict):
    """Verdicts that differ from the undisturbed one.

    `parts` are those with at least one in all their repeats.
    """

    inspections: Share
    parts: Share

    @classmethod
    def of(cls, flips: Sequence[Sequence[bool]]) -> Self:
        """A row a part."""
        return cls(
            inspections=Share.clustered(flips), parts=Share.counted([any(row) for row in flips])
        )


class Steadiness(Strict):
    """`box_px` and `confidence` are of findings that were found again."""

    pass_fail: Flips
    review: Flips
    gone: Share
    new: Share
    renamed: Share
    box_px: Spread | None
    confidence: Spread | None

    @classmethod
    def of(cls, parts: Sequence[Repeated]) -> Self:
        return cls(
            pass_fail=Flips.of([part.pass_fail for part in parts]),
            review=Flips.of([part.review for part in parts]),
            gone=Share.clustered([part.gone for part in parts]),
            new=Share.clustered([part.new for part in parts]),
            renamed=Share.clustered([part.renamed for part in parts]),
            box_px=Spread.of([value for part in parts for value in part.moved_px]),
            confidence=Spread.of([value for part in parts for value in part.deviations]),
        )
