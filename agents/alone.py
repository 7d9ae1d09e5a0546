"""Looks at one place of a part, with nothing to compare it with."""

from collections.abc import Sequence

from foveal.agents.answering import Asked, ask
from foveal.agents.briefs import brief_for
from foveal.agents.context import Context
from foveal.agents.exhibit import Exhibit
from foveal.agents.inspection import Inspection, Look, Region
from foveal.models.protocol import sent_size
from foveal.schemas.box import Box
from foveal.schemas.report import Usage
from foveal.tools.view import cut


def look_at(
    exhibits: Sequence[Exhibit], context: Context, *, kept: bool = False
) -> tuple[list[Look], Usage]:
    """Which label fits each view, all asked together; `kept` says whether its pixels are."""
    brief = brief_for("look", context.workflow)
    questions = [Asked(exhibit, brief) for exhibit in exhibits]
    return ask(questions, context.workflow.answers, context, role="look", kept=kept)


def exhibits_of(
    boxes: Sequence[Box], state: Inspection, context: Context, *, longest: int | None = None
) -> list[Exhibit]:
    """Views whose longest side is as the workflow shows them, unless told another."""
    image, size = context.gallery[state["tested"]], longest or context.workflow.looks.size_px
    model = context.model
    return [Exhibit(cut(image, box, size=sent_size(model, _shown(box, size)))) for box in boxes]


def surroundings_of(
    regions: Sequence[Region], around: float, state: Inspection, context: Context
) -> list[Box]:
    """The square to show of each, `around` times as wide as its longest side."""
    looks, size = context.workflow.looks, context.gallery[state["tested"]].size
    return [region.surroundings(around, looks, within=size) for region in regions]


def _shown(box: Box, longest: int) -> tuple[int, int]:
    """Width and height of the pixels sent, in the shape of the box."""
    scale = longest / max(box.width, box.height)
    return max(1, round(box.width * scale)), max(1, round(box.height * scale))
