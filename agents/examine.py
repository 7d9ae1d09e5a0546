"""The judge without a template: each place once more, in the middle of a view."""

from collections import defaultdict
from collections.abc import Sequence

from langgraph.runtime import Runtime

from foveal.agents.alone import look_at
from foveal.agents.context import Context
from foveal.agents.inspection import Inspection, Judgement, Look, Region
from foveal.agents.liken import liken
from foveal.schemas.box import Box
from foveal.tools.merge import merge

_SHARED = 0.2
"""Of the smaller of two places from which on they are one: defects seldom touch, boxes stray."""


def examine(state: Inspection, runtime: Runtime[Context]) -> Inspection:
    """Ask what is wrong in the middle, at several scales and beside a like place of the part.

    Answers are averaged.
    """
    context, looks = runtime.context, runtime.context.workflow.looks
    size, regions = context.gallery[state["tested"]].size, state["regions"]

    def views(places: Sequence[tuple[Region, float]]) -> list[Box]:
        return [region.surroundings(around, looks, within=size) for region, around in places]

    scales = [looks.around, *looks.closer]
    alone = [(region, around) for region in regions for around in scales]
    beside = [(region, looks.around) for region in regions] if looks.alike else []
    seen, usage = look_at(views(alone), state, context, kept=True)
    likened, used = liken(views(beside), state, context)
    answered: defaultdict[Region, list[Look]] = defaultdict(list)
    for (region, _), look in zip([*alone, *beside], [*seen, *likened], strict=True):
        if look is not None:
            answered[region].append(look)
    judgements = [Judgement.over(region, answered[region]) for region in regions]
    return {"judgements": surest(judgements, context.workflow.harmless), "usage": usage + used}


def surest(judgements: Sequence[Judgement], harmless: str) -> list[Judgement]:
    """Of those that share ground, the one that most probably shows something wrong."""
    ranked = sorted(judgements, key=lambda known: -known.wrong(harmless))
    by_box = {known.region.box_px: known for known in ranked}
    return [by_box[box] for box in merge(list(by_box), inside=_SHARED)]
