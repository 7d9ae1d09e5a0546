"""The judge: shown the same place on reference and tested part, it names what changed."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from langgraph.runtime import Runtime

from foveal.agents.answering import Asked, ask
from foveal.agents.briefs import brief_for
from foveal.agents.context import Context
from foveal.agents.exhibit import Exhibit, pair_of
from foveal.agents.inspection import Inspection, Judgement, Look, Region
from foveal.schemas.report import Usage
from foveal.schemas.workflow import Looks, Workflow


class _Place(NamedTuple):
    region: Region
    around: float
    """Side to show over the region's longest."""

    tested_first: bool = False
    quarter_turns: int = 0


def judge(state: Inspection, runtime: Runtime[Context]) -> Inspection:
    """Ask, for each region, which label fits what changed from A to B."""
    around = runtime.context.workflow.looks.around
    places = [_Place(region, around) for region in state["regions"]]
    looks, usage = _look_at(places, state, runtime.context)
    judgements = [
        Judgement.over(place.region, [look]) for place, look in zip(places, looks, strict=True)
    ]
    return {"judgements": judgements, "usage": usage}


def look_closer(state: Inspection, runtime: Runtime[Context]) -> Inspection:
    """Ask again where unsure, at other scales and in the other order; answers are averaged."""
    workflow = runtime.context.workflow
    unsure = [known for known in state["judgements"] if _is_unsure(known, workflow)]
    places = [place for known in unsure for place in _further(known.region, workflow.looks)]
    looks, usage = _look_at(places, state, runtime.context)
    further: defaultdict[Region, list[Look]] = defaultdict(list)
    for place, look in zip(places, looks, strict=True):
        further[place.region].append(look)
    judgements = [
        Judgement.over(known.region, [*known.looks, *further[known.region]])
        for known in state["judgements"]
    ]
    return {"judgements": judgements, "usage": usage}


def any_unsure(state: Inspection, runtime: Runtime[Context]) -> str:
    workflow = runtime.context.workflow
    return "unsure" if any(_is_unsure(known, workflow) for known in state["judgements"]) else "sure"


def _is_unsure(judgement: Judgement, workflow: Workflow) -> bool:
    if judgement.is_one_guided_look:
        return True
    return max(judgement.probabilities.values()) < workflow.decision.sure_from


def _further(region: Region, looks: Looks) -> Iterator[_Place]:
    for number, around in enumerate(looks.closer, start=1):
        yield _Place(region, around, quarter_turns=looks.turns(number))
    if looks.swap_order:
        turns = looks.turns(1 + len(looks.closer))
        yield _Place(region, looks.around, tested_first=True, quarter_turns=turns)


def _look_at(
    places: Sequence[_Place], state: Inspection, context: Context
) -> tuple[list[Look], Usage]:
    """One look a place, all asked together."""
    usual = brief_for("judge", context.workflow)
    briefs = {False: usual, True: usual.turned_round()}
    questions = [
        Asked(_exhibit(place, state, context), briefs[place.tested_first]) for place in places
    ]
    return ask(questions, context.workflow.answers, context, role="judge")


def _exhibit(place: _Place, state: Inspection, context: Context) -> Exhibit:
    size = context.gallery[state["tested"]].size
    around = place.region.surroundings(place.around, context.workflow.looks, within=size)
    return pair_of(place.region, around, state, context).turned(place.quarter_turns)
