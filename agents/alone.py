"""Looks at one place of a part, with nothing to compare it with."""

from collections.abc import Sequence

from foveal.agents.answering import answered
from foveal.agents.briefs import brief_for
from foveal.agents.context import Context
from foveal.agents.exhibit import Exhibit, record_brief
from foveal.agents.inspection import Inspection, Look
from foveal.schemas.box import Box
from foveal.schemas.report import Usage
from foveal.tools.view import cut


def look_at(
    boxes: Sequence[Box], state: Inspection, context: Context, *, kept: bool = False
) -> tuple[list[Look], Usage]:
    """Which label fits each view, all asked together; `kept` says whether its pixels are."""
    if not boxes:
        return [], Usage()
    brief = brief_for("look", context.workflow)
    record_brief(brief, context)
    exhibits = exhibits_of(boxes, state, context)
    conversations = [exhibit.conversation(brief) for exhibit in exhibits]
    labels = context.workflow.answers
    replies = answered(conversations, tuple(labels), context, role="look")
    looks = []
    for exhibit, reply in zip(exhibits, replies, strict=True):
        said = {"prompt": brief.sha256, **reply._asdict()}
        pictures = exhibit.keep(context, "choose", **said) if kept else exhibit.shown()
        answers = {labels[answer]: value for answer, value in reply.answers.items()}
        look = Look(pictures=pictures, prompt=brief.sha256, answers=answers, thought=reply.thought)
        looks.append(look)
    return looks, sum((reply.usage for reply in replies), Usage())


def exhibits_of(
    boxes: Sequence[Box], state: Inspection, context: Context, *, longest: int | None = None
) -> list[Exhibit]:
    """Views whose longest side is as the workflow shows them, unless told another."""
    image, size = context.gallery[state["tested"]], longest or context.workflow.looks.size_px
    return [Exhibit(cut(image, box, size=_shown(box, size))) for box in boxes]


def _shown(box: Box, longest: int) -> tuple[int, int]:
    """Width and height of the pixels sent, in the shape of the box."""
    scale = longest / max(box.width, box.height)
    return max(1, round(box.width * scale)), max(1, round(box.height * scale))
