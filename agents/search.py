"""The search: shown one view of the part after another, the model says what is wrong in each.

Views form a grid, or a quad-tree: coarse ones first, and finer ones only where something may be
wrong, the most suspicious first (ZoomEye, Shen et al. 2024, arXiv:2411.16044, searches so).
"""

from collections.abc import Sequence

from langgraph.runtime import Runtime

from foveal.agents.alone import look_at
from foveal.agents.context import Context
from foveal.agents.inspection import Inspection, Sighting
from foveal.schemas.box import Box
from foveal.schemas.report import Coverage, Usage
from foveal.schemas.workflow import SearchPlan, Workflow
from foveal.tools.tiles import covered, tiles


def search(state: Inspection, runtime: Runtime[Context]) -> Inspection:
    """Look at the views that the plan asks for, within its budget."""
    context, workflow = runtime.context, runtime.context.workflow
    size = context.gallery[state["tested"]].size
    plan, usage = workflow.plan, Usage()
    seen: list[Sighting] = []
    waiting = tiles(Box(0, 0, *size), side=_side(plan, plan.levels - 1), overlap=plan.overlap)
    for level in reversed(range(plan.levels)):
        views, used = _sightings(waiting[: plan.most_views - len(seen)], state, context)
        seen += views
        usage += used
        waiting = _finer(views, workflow, level) if level else []
    context.recorder.append("search", views=seen, usage=usage)
    return {"views": seen, "coverage": _coverage(seen, size, workflow), "usage": usage}


def is_fine(view: Sighting, plan: SearchPlan) -> bool:
    return max(view.box_px.width, view.box_px.height) <= plan.side_px


def _sightings(
    boxes: Sequence[Box], state: Inspection, context: Context
) -> tuple[list[Sighting], Usage]:
    looks, usage = look_at(boxes, state, context)
    views = [
        Sighting(box_px=box, answers=look.answers, thought=look.thought)
        for box, look in zip(boxes, looks, strict=True)
    ]
    return views, usage


def _finer(views: Sequence[Sighting], workflow: Workflow, level: int) -> list[Box]:
    """Views of half the side within the suspicious ones, the most suspicious first."""
    plan = workflow.plan
    ranked = sorted(views, key=lambda view: -view.wrong(workflow.harmless))
    boxes = [
        box
        for view in ranked
        if view.wrong(workflow.harmless) >= plan.divide_at
        for box in tiles(view.box_px, side=_side(plan, level - 1), overlap=plan.overlap)
    ]
    return list(dict.fromkeys(boxes))


def _coverage(views: Sequence[Sighting], size: tuple[int, int], workflow: Workflow) -> Coverage:
    """What was seen at the finest level, or coarser with nothing to be suspicious of."""
    plan, scale = workflow.plan, workflow.scale
    enough = [
        view.box_px
        for view in views
        if is_fine(view, plan) or view.wrong(workflow.harmless) < plan.divide_at
    ]
    coarsest = max((max(box.width, box.height) for box in enough), default=plan.side_px)
    shrunk = max(1.0, coarsest / workflow.looks.size_px)
    return Coverage(
        share=covered(enough, size), mm_per_px=shrunk / scale.px_per_mm if scale else None
    )


def _side(plan: SearchPlan, level: int) -> int:
    return int(plan.side_px * 2**level)
