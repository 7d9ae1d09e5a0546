"""Looks at places of a part, each beside the one of the same part that looks most like it."""

from collections.abc import Sequence

from foveal.agents.alone import exhibits_of
from foveal.agents.answering import Asked, ask
from foveal.agents.briefs import brief_for
from foveal.agents.context import Context
from foveal.agents.exhibit import Exhibit
from foveal.agents.inspection import Inspection, Look
from foveal.schemas.box import Box
from foveal.schemas.report import Usage
from foveal.tools.alike import most_alike


def liken(
    boxes: Sequence[Box], state: Inspection, context: Context, *, quarter_turns: int = 0
) -> tuple[list[Look | None], Usage]:
    """Which label fits each, all asked together; None where nothing can be likened to it.

    Both pictures of each are turned so, anticlockwise.
    """
    pixels = context.gallery[state["tested"]].pixels
    pairs = {box: like for box in boxes if (like := most_alike(pixels, box))}
    brief = brief_for("liken", context.workflow)
    places, likes = (exhibits_of(list(there), state, context) for there in (pairs, pairs.values()))
    questions = [
        Asked(Exhibit(place.tested, reference=like.tested).turned(quarter_turns), brief)
        for place, like in zip(places, likes, strict=True)
    ]
    looks, usage = ask(questions, context.workflow.answers, context, role="liken")
    by_box = dict(zip(pairs, looks, strict=True))
    return [by_box.get(box) for box in boxes], usage
