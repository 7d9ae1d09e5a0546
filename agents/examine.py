"""The judge without a template: each place once more by itself, in the middle of a view."""

from collections.abc import Sequence

from langgraph.runtime import Runtime

from foveal.agents.alone import look_at
from foveal.agents.context import Context
from foveal.agents.inspection import Inspection, Judgement
from foveal.tools.merge import merge

_SHARED = 0.2
"""Of the smaller of two places from which on they are one: defects seldom touch, boxes stray."""


def examine(state: Inspection, runtime: Runtime[Context]) -> Inspection:
    """Ask what is wrong in the middle, at several scales; answers are averaged."""
    context, looks = runtime.context, runtime.context.workflow.looks
    size = context.gallery[state["tested"]].size
    scales = [looks.around, *looks.closer]
    boxes = [
        region.surroundings(around, looks, within=size)
        for region in state["regions"]
        for around in scales
    ]
    seen, usage = look_at(boxes, state, context, kept=True)
    judgements = [
        Judgement.over(region, seen[index * len(scales) : (index + 1) * len(scales)])
        for index, region in enumerate(state["regions"])
    ]
    return {"judgements": surest(judgements, context.workflow.harmless), "usage": usage}


def surest(judgements: Sequence[Judgement], harmless: str) -> list[Judgement]:
    """Of those that share ground, the one that most probably shows something wrong."""
    ranked = sorted(judgements, key=lambda known: -known.wrong(harmless))
    by_box = {known.region.box_px: known for known in ranked}
    return [by_box[box] for box in merge(list(by_box), inside=_SHARED)]
