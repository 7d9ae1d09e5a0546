"""The judge without a template: each place once more by itself, in the middle of a view."""

from langgraph.runtime import Runtime

from foveal.agents.alone import look_at
from foveal.agents.context import Context
from foveal.agents.inspection import Inspection, Judgement


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
    return {"judgements": judgements, "usage": usage}
