"""The judge without a template: each place once more, in the middle of a view."""

from collections import defaultdict
from collections.abc import Sequence

from langgraph.runtime import Runtime

from foveal.agents.alone import exhibits_of, look_at, surroundings_of
from foveal.agents.context import Context
from foveal.agents.inspection import Inspection, Judgement, Look, Region
from foveal.agents.liken import liken
from foveal.tools.merge import merge

_SHARED = 0.2
"""Of the smaller of two places from which on they are one: defects seldom touch, boxes stray."""


def examine(state: Inspection, runtime: Runtime[Context]) -> Inspection:
    """Ask what is wrong in the middle, at several scales and beside a like place of the part.

    Answers are averaged. Where parts have no upright each look shows the place turned by a quarter
    more: what a model gets wrong one way round it may get right another.
    """
    context, regions = runtime.context, state["regions"]
    looks = context.workflow.looks
    scales = [looks.around, *looks.closer]
    alone = [
        exhibit.turned(looks.turns(number))
        for number, around in enumerate(scales)
        for exhibit in exhibits_of(surroundings_of(regions, around, state, context), state, context)
    ]
    seen, usage = look_at(alone, context, kept=True)
    paired = regions if looks.alike else []
    beside = surroundings_of(paired, looks.around, state, context)
    turns = looks.turns(len(scales))
    likened, used = liken(beside, state, context, quarter_turns=turns)
    answered: defaultdict[Region, list[Look]] = defaultdict(list)
    asked = regions * len(scales) + paired
    for region, look in zip(asked, [*seen, *likened], strict=True):
        if look is not None:
            answered[region].append(look)
    judgements = [Judgement.over(region, answered[region]) for region in regions]
    return {"judgements": surest(judgements, context.workflow.harmless), "usage": usage + used}


def surest(judgements: Sequence[Judgement], harmless: str) -> list[Judgement]:
    """Of those that share ground, the one that most probably shows something wrong."""
    ranked = sorted(judgements, key=lambda known: -known.wrong(harmless))
    by_box = {known.region.box_px: known for known in ranked}
    return [by_box[box] for box in merge(list(by_box), inside=_SHARED)]
