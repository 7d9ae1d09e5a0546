"""The judge without a template: each place once more by itself, in the middle of a view."""

from collections import defaultdict
from collections.abc import Sequence

from langgraph.runtime import Runtime

from foveal.agents.alone import look_at
from foveal.agents.context import Context
from foveal.agents.inspection import Inspection, Judgement, Look, Region
from foveal.schemas.box import Box
from foveal.schemas.workflow import Looks
from foveal.tools.view import square_around


def examine(state: Inspection, runtime: Runtime[Context]) -> Inspection:
    """Ask what is wrong in the middle, at several scales; answers are averaged."""
    context, looks = runtime.context, runtime.context.workflow.looks
    size = context.gallery[state["tested"]].size
    scales = [looks.around, *looks.closer]
    places = [(region, around) for region in state["regions"] for around in scales]
    boxes = [_around(region, around, looks, size) for region, around in places]
    seen, usage = look_at(boxes, state, context, kept=True)
    by_region: defaultdict[Region, list[Look]] = defaultdict(list)
    for (region, _), look in zip(places, seen, strict=True):
        by_region[region].append(look)
    return {
        "judgements": [_judged(region, by_region[region]) for region in state["regions"]],
        "usage": usage,
    }


def _around(region: Region, around: float, looks: Looks, size: tuple[int, int]) -> Box:
    box = region.box_px
    side = max(looks.least_side_px, round(around * max(box.width, box.height)))
    return square_around(box, side=side, within=size)


def _judged(region: Region, looks: Sequence[Look]) -> Judgement:
    mean = {
        label: sum(look.answers[label] for look in looks) / len(looks) for label in looks[0].answers
    }
    return Judgement(region=region, probabilities=mean, looks=list(looks))
