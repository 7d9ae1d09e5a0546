"""What a model that looks by its own tools has been shown of a part, and has reported of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self, TypeVar

from pydantic import ValidationError

from foveal.agents.alone import exhibits_of
from foveal.agents.context import Context
from foveal.agents.find import drawn
from foveal.agents.inspection import Inspection, Region
from foveal.models.protocol import Call
from foveal.schemas.base import Strict
from foveal.schemas.box import Box
from foveal.schemas.errors import BadToolCall
from foveal.schemas.spans import operation
from foveal.tools.merge import same
from foveal.tools.view import Seen, square_around

_Numbers = tuple[int, int, int, int]
"""A box in the model's own coordinates of the whole part."""


class _Zoom(Strict):
    box: _Numbers


class _Report(Strict):
    label: str
    box: _Numbers


_Arguments = TypeVar("_Arguments", _Zoom, _Report)


@dataclass
class Trail:
    state: Inspection
    context: Context
    overview: Seen
    views: list[Seen] = field(default_factory=list)
    """In the order asked for; V1 is the first."""

    reported: list[Box] = field(default_factory=list)

    @classmethod
    def begin(cls, state: Inspection, context: Context) -> Self:
        whole = Box(0, 0, *context.gallery[state["tested"]].size)
        longest = context.workflow.plan.overview_px
        (exhibit,) = exhibits_of([whole], state, context, longest=longest)
        return cls(state, context, exhibit.tested)

    @property
    def size(self) -> tuple[int, int]:
        """Of the part."""
        whole = self.overview.view.box_px
        return whole.width, whole.height

    @property
    def side(self) -> tuple[int, int]:
        """Width and height of the largest view, in the model's numbers."""
        side = self.context.workflow.plan.side_px
        largest = Box(0, 0, side, side).clipped(self.size)
        width, height = self._written(self.overview.view.box_from_original(largest)[2:])
        return max(1, width), max(1, height)

    @property
    def regions(self) -> list[Region]:
        return [drawn(box, self.context.workflow, within=self.size) for box in self.reported]

    @operation("execute_tool", "zoom")
    def zoom(self, call: Call) -> Seen:
        """What the box shows, in a square. Raises BadToolCall."""
        numbers = _parsed(_Zoom, call).box
        box = self._box(numbers)
        self._check_side(numbers)
        for number, seen in enumerate(self.views, start=1):
            if same(box, seen.view.box_px):
                raise BadToolCall(
                    f"V{number} shows that already", fix="zoom elsewhere, report, or call done"
                )
        square = square_around(box, side=self._side_px(box), within=self.size)
        (exhibit,) = exhibits_of([square], self.state, self.context)
        self.views.append(exhibit.tested)
        return exhibit.tested

    @operation("execute_tool", "report")
    def report(self, call: Call) -> None:
        """Raises BadToolCall."""
        said = _parsed(_Report, call)
        box = self._box(said.box)
        if any(same(box, known) for known in self.reported):
            raise BadToolCall("that place is reported already", fix="go on, or call done")
        self.reported.append(box)

    def _box(self, numbers: _Numbers) -> Box:
        """In pixels of the part."""
        size = self.overview.view.size_px
        limits = self._written(size)
        if not all(0 <= at <= limits[index % 2] for index, at in enumerate(numbers)):
            raise BadToolCall(
                f"{list(numbers)} leaves A", fix=f"x is 0 to {limits[0]}, y is 0 to {limits[1]}"
            )
        if not all(_sides(numbers)):
            raise BadToolCall(f"{list(numbers)} is empty", fix="write [x1, y1, x2, y2]")
        corners = self.context.model.coordinates.parse_box(numbers, size=size)
        return self.overview.view.box_to_original(corners)

    def _check_side(self, numbers: _Numbers) -> None:
        """In the model's own numbers, as it was told them."""
        if any(side > most for side, most in zip(_sides(numbers), self.side, strict=True)):
            width, height = self.side
            raise BadToolCall(
                f"{list(numbers)} is too large", fix=f"zoom on at most {width} by {height}"
            )

    def _side_px(self, box: Box) -> int:
        least = min(self.context.workflow.looks.least_side_px, self.context.workflow.plan.side_px)
        return max(box.width, box.height, least)

    def _written(self, corner: Sequence[float]) -> tuple[int, int]:
        """In the model's numbers, of pixels of the overview."""
        x, y = corner
        coordinates, size = self.context.model.coordinates, self.overview.view.size_px
        return coordinates.write_box((0, 0, x, y), size=size)[2:]


def _sides(numbers: _Numbers) -> tuple[int, int]:
    x1, y1, x2, y2 = numbers
    return abs(x2 - x1), abs(y2 - y1)


def _parsed(kind: type[_Arguments], call: Call) -> _Arguments:
    try:
        return kind.model_validate_json(json.dumps(dict(call.arguments)))
    except ValidationError as error:
        names = ", ".join(kind.model_fields)
        raise BadToolCall(f"{call.tool} was called wrongly", fix=f"give it {names}") from error
