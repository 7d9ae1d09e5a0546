"""How labels and boxes are written in a question and in its answer.

Labels are as the model is asked for them. A model that is shown a picture writes boxes in its own
coordinates; one that writes from findings copies their pixels.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from foveal.models.coordinates import Coordinates
from foveal.schemas.box import Box
from foveal.schemas.view import View
from foveal.schemas.workflow import Workflow


@dataclass(frozen=True, eq=False)
class Notation:
    frame: Literal["picture", "pixels"]
    labels: Mapping[str, str]
    """Of defects, as written → the workflow's own."""

    box_schema: Mapping[str, Any]
    write_box: Callable[[Box], Sequence[int]]
    read_box: Callable[[Sequence[float]], Box]

    def written(self, label: str) -> str:
        return next(name for name, known in self.labels.items() if known == label)


def as_shown(view: View, coordinates: Coordinates, workflow: Workflow) -> Notation:
    """In a picture of the whole tested part."""
    size = view.size_px
    return Notation(
        frame="picture",
        labels=_defects(workflow),
        box_schema=coordinates.box_schema(size=size),
        write_box=lambda box: coordinates.write_box(view.box_from_original(box), size=size),
        read_box=lambda numbers: view.box_to_original(coordinates.parse_box(numbers, size=size)),
    )


def as_reported(size_px: tuple[int, int], workflow: Workflow) -> Notation:
    """In a document about a tested part of (width, height)."""
    number = {"type": "integer", "minimum": 0, "maximum": max(size_px)}
    return Notation(
        frame="pixels",
        labels=_defects(workflow),
        box_schema={"type": "array", "items": number, "minItems": 4, "maxItems": 4},
        write_box=lambda box: box,
        read_box=_ordered,
    )


def _defects(workflow: Workflow) -> dict[str, str]:
    return {name: label for name, label in workflow.answers.items() if label != workflow.harmless}


def _ordered(numbers: Sequence[float]) -> Box:
    x1, y1, x2, y2 = (int(number) for number in numbers)
    return Box(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
