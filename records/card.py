"""One finding as a page shows it: each look the model took, with the pixels it saw."""

from collections.abc import Iterator
from dataclasses import dataclass

from foveal.records.picture import Picture, exact
from foveal.records.store import ImageStore
from foveal.schemas.box import Box
from foveal.schemas.evidence import Evidence
from foveal.schemas.finding import Finding
from foveal.schemas.image import ImageId
from foveal.schemas.view import View

Corners = tuple[float, float, float, float]


@dataclass(frozen=True)
class Crop:
    """One picture as sent, and where the finding lies in it, in its pixels."""

    evidence: Evidence
    picture: Picture
    box: Corners | None


@dataclass(frozen=True)
class Look:
    """The pictures of one question to the model, and its answers, likeliest first."""

    crops: list[Crop]
    answers: list[tuple[str, float]]
    thought: str | None
    guided: bool
    """The answers are no probabilities: the first was given, and that is all."""


@dataclass(frozen=True)
class Shot:
    """One question of a trial, by the picture that the claim is about."""

    look: Look
    crop: Crop
    cover: str | None
    yes: float


@dataclass(frozen=True)
class Card:
    number: str
    finding: Finding
    looks: list[Look]
    trial: list[Shot]
    why_removed: str | None

    @property
    def guided(self) -> bool:
        return any(item.guided for item in self.finding.evidence)


def finding_card(
    finding: Finding,
    number: str,
    *,
    tested: ImageId | None,
    images: ImageStore,
    why_removed: str | None = None,
) -> Card:
    def looks(evidence: list[Evidence]) -> list[Look]:
        return [
            _look(question, finding.box_px, tested=tested, images=images)
            for question in _questions(evidence)
        ]

    tried = finding.verification.evidence if finding.verification else []
    trial = [_shot(look) for look in looks(tried)]
    return Card(number, finding, looks(finding.evidence), trial, why_removed)


def _shot(look: Look) -> Shot:
    """The part comes last by name, whichever picture was shown first."""
    crop = max(look.crops, key=lambda crop: crop.evidence.name)
    steps = [step.result for step in crop.evidence.tools if step.tool == "cover"]
    yes = crop.evidence.answers.get("yes", 0.0)
    return Shot(look, crop, cover=steps[0] if steps else None, yes=yes)


def _questions(evidence: list[Evidence]) -> Iterator[list[Evidence]]:
    """Splits where a name comes again: A B A B are two questions about two pictures each."""
    group: list[Evidence] = []
    for item in evidence:
        if any(item.name == other.name for other in group):
            yield group
            group = []
        group.append(item)
    if group:
        yield group


def _look(
    evidence: list[Evidence], box: Box, *, tested: ImageId | None, images: ImageStore
) -> Look:
    of_part = [item for item in evidence if item.view.image == tested]
    frame = max(of_part, key=lambda item: item.name).view if of_part else None
    crops = [
        Crop(item, exact(images.read(item.crop)), _box_in(item.view, box, frame=frame))
        for item in evidence
    ]
    answers = sorted(evidence[0].answers.items(), key=lambda answer: -answer[1])
    return Look(crops, answers, evidence[0].thought, evidence[0].guided)


def _box_in(view: View, box: Box, *, frame: View | None) -> Corners | None:
    """Pictures of one question show the same place or a like one: a box keeps its share of each.

    `frame` is the view of the image that the box is given in, around the box.
    """
    if frame is None or not box.intersection_area(frame.box_px):
        return None
    x1, y1, x2, y2 = frame.box_from_original(box)
    across = view.size_px[0] / frame.size_px[0]
    down = view.size_px[1] / frame.size_px[1]
    return x1 * across, y1 * down, x2 * across, y2 * down
