"""What a claim is tried by: views with its pixels there, and with its pixels covered."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from foveal.agents.alone import exhibits_of
from foveal.agents.context import Context
from foveal.agents.exhibit import Exhibit, pair_of
from foveal.agents.inspection import Claim, Inspection
from foveal.schemas.box import Box
from foveal.schemas.evidence import Cover
from foveal.tools.cover import COVERS, cut_covered
from foveal.tools.view import square_around


class Question(NamedTuple):
    claim: Claim
    box: Box
    """Shown, around the region."""

    tested_first: bool = False
    cover: Cover | None = None
    hidden: Box | None = None
    """What the cover hides, where not all."""

    wording: int = 0
    """Which of the ways to put it."""


def questions_on(claim: Claim, state: Inspection, context: Context) -> Iterator[Question]:
    """Votes at several sides, then what the judge was shown first under each cover."""
    settings, looks = context.workflow.verification, context.workflow.looks
    assert settings is not None, "nothing says how to try a claim"
    region, within = claim.region, context.gallery[state["tested"]].size
    box, is_compared = region.surroundings(looks.around, looks, within=within), "aligned" in state
    for vote, scale in enumerate(settings.votes):
        side = round(scale * max(box.width, box.height))
        around = square_around(region.box_px, side=side, within=within)
        swapped = is_compared and settings.swap_order and vote % 2 == 1
        yield Question(claim, around, tested_first=swapped, wording=vote % settings.wordings)
    hidden = region.box_px.grown(settings.margin_px).intersection(box)
    for cover in settings.covers_for(compared=is_compared):
        yield Question(claim, box, cover=cover, hidden=None if cover == "reference" else hidden)


def exhibit_for(question: Question, state: Inspection, context: Context) -> Exhibit:
    if "aligned" in state:
        exhibit = pair_of(question.claim.region, question.box, state, context)
    else:
        (exhibit,) = exhibits_of([question.box], state, context)
    if question.cover is None:
        return exhibit
    if question.cover == "reference":
        assert exhibit.reference is not None, "there is no template to show"
        return replace(exhibit, tested=exhibit.reference)
    assert question.hidden is not None, "nothing says what to hide"
    tested = cut_covered(
        context.gallery[state["tested"]],
        question.box,
        size=exhibit.tested.view.size_px,
        hidden=question.hidden,
        cover=COVERS[question.cover],
    )
    return replace(exhibit, tested=tested)
