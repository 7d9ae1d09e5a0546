"""The search: shown one view of the part after another, the model says what is wrong in each.

What the scout named comes first.

Views form a grid, or a quad-tree: coarse ones first, and finer ones only where something may be
wrong, the most suspicious first (ZoomEye, Shen et al. 2024, arXiv:2411.16044, searches so).
"""

from collections.abc import Sequence

from langgraph.runtime import Runtime

from foveal.agents.alone import exhibits_of, look_at
from foveal.agents.context import Context
from foveal.agents.inspection import Hint, Inspection, Sighting
from foveal.schemas.box import Box
from foveal.schemas.plan import SearchPlan
from foveal.schemas.report import Coverage, Usage
from foveal.schemas.workflow import Workflow
from foveal.tools.tiles import covered, parts_of, tiles
from foveal.tools.view import square_around


def search(state: Inspection, runtime: Runtime[Context]) -> Inspection:
    """Look at the views that the plan asks for, within its budget."""
    context, workflow = runtime.context, runtime.context.workflow
    size = context.gallery[state["tested"]].size
    plan = workflow.plan
    hinted = _hinted(state["hints"], plan, within=size)
    seen, usage = _sightings(hinted[: plan.most_views], state, context)
    waiting = tiles(Box(0, 0, *size), side=_side(plan, plan.levels - 1), overlap=plan.overlap)
    for level in reversed(range(plan.levels)):
        unseen = [box for box in waiting if box not in hinted]
        views, used = _sightings(unseen[: plan.most_views - len(seen)], state, context)
        seen += views
        usage += used
        waiting = _finer(views, workflow, level) if level else []
    context.recorder.append("search", views=seen, usage=usage)
    enough = _seen_finely_enough(seen, workflow)
    return {"views": seen, "coverage": coverage_of(enough, size, workflow), "usage": usage}


def coverage_of(boxes: Sequence[Box], size: tuple[int, int], workflow: Workflow) -> Coverage:
    """Of views of a part of (width, height); as coarse as the coarsest of them."""
    scale = workflow.scale
    coarsest = max((max(box.width, box.height) for box in boxes), default=workflow.plan.side_px)
    shrunk = max(1.0, coarsest / workflow.looks.size_px)
    return Coverage(
        share=covered(boxes, size), mm_per_px=shrunk / scale.px_per_mm if scale else None
    )


def is_fine(view: Sighting, plan: SearchPlan) -> bool:
    return max(view.box_px.width, view.box_px.height) <= plan.side_px


def _sightings(
    boxes: Sequence[Box], state: Inspection, context: Context
) -> tuple[list[Sighting], Usage]:
    looks, usage = look_at(exhibits_of(boxes, state, context), context)
    views = [
        Sighting(box_px=box, answers=look.answers, thought=look.thought)
        for box, look in zip(boxes, looks, strict=True)
    ]
    return views, usage


def _finer(views: Sequence[Sighting], workflow: Workflow, level: int) -> list[Box]:
    """Views of half the side within the suspicious ones, the most suspicious first."""
    plan = workflow.plan
    ranked = sorted(views, key=lambda view: -view.wrong(workflow.harmless))
    suspicious = (view.box_px for view in ranked if view.wrong(workflow.harmless) >= plan.divide_at)
    return parts_of(suspicious, side=_side(plan, level - 1), overlap=plan.overlap)


def _seen_finely_enough(views: Sequence[Sighting], workflow: Workflow) -> list[Box]:
    """At the finest level, or coarser with nothing to be suspicious of."""
    plan = workflow.plan
    return [
        view.box_px
        for view in views
        if is_fine(view, plan) or view.wrong(workflow.harmless) < plan.divide_at
    ]


def _hinted(hints: Sequence[Hint], plan: SearchPlan, *, within: tuple[int, int]) -> list[Box]:
    """Fine views around what the scout named, in its order."""
    boxes = [square_around(hint.box_px, side=plan.side_px, within=within) for hint in hints]
    return list(dict.fromkeys(boxes))


def _side(plan: SearchPlan, level: int) -> int:
    return int(plan.side_px * 2**level)
