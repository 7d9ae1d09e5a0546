"""Where exactly: in each suspicious view the model lists what it sees, with boxes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from math import hypot
from typing import Any, NamedTuple

from langgraph.runtime import Runtime

from foveal.agents.alone import exhibits_of, surroundings_of
from foveal.agents.answering import to_write
from foveal.agents.briefs import brief_for
from foveal.agents.context import Context
from foveal.agents.exhibit import Exhibit, record_brief
from foveal.agents.inspection import Inspection, Region, Sighting
from foveal.agents.listing import Listed, list_schema, read_list
from foveal.agents.search import is_fine
from foveal.models.protocol import JsonSchema, Reply
from foveal.schemas.box import Box
from foveal.schemas.report import Usage
from foveal.schemas.view import View
from foveal.schemas.workflow import Workflow
from foveal.tools.merge import merge, same
from foveal.tools.tiles import parts_of

_MOST_LISTED = 4
"""In one view, which shows little."""

_MOST_TOKENS = 160

_PART = 0.7
"""Of a view's side."""


class _Place(NamedTuple):
    region: Region
    off_middle: float
    """Distance of its middle from the view's, in sides of the view."""


class _Found(NamedTuple):
    places: list[list[_Place]]
    """By view, in the order listed."""

    usage: Usage


def find(state: Inspection, runtime: Runtime[Context]) -> Inspection:
    """Regions that suspicious views list, each listed once more with its place in the middle.

    The same place is taken from the view that shows it most centrally. A view in which nothing is
    listed, nor by one that overlaps it, is shown once more in parts. Where nothing is listed there
    either it may look wrong for no reason; one that surely is wrong gives its own middle.
    """
    context = runtime.context
    views = _suspicious(state["views"], context)
    found = _list([view.box_px for view in views], state, context)
    silent = _silent(views, found.places)
    plan = context.workflow.plan
    parts = parts_of(silent, side=round(_PART * plan.side_px), overlap=plan.overlap)
    closer = _list(parts, state, context)
    regions = _merged(place for places in (*found.places, *closer.places) for place in places)
    regions += _unlisted(views, regions, context)
    around = surroundings_of(regions, context.workflow.looks.around, state, context)
    centred = _list(around, state, context)
    regions = _merged(
        _settled(region, there) for region, there in zip(regions, centred.places, strict=True)
    )
    return to_judge(regions, found.usage + closer.usage + centred.usage, context.workflow)


def to_judge(regions: list[Region], usage: Usage, workflow: Workflow) -> Inspection:
    """Or for a person, where they are too many."""
    learned, most = Inspection(regions=regions, usage=usage), workflow.max_regions
    if len(regions) > most:
        learned["obstacle"] = f"{len(regions)} regions look wrong, more than the {most} judged"
    return learned


def drawn(box: Box, workflow: Workflow, *, within: tuple[int, int]) -> Region:
    """What a model drew around, with the plan's margin."""
    around = box.grown(workflow.plan.margin_px).clipped(within)
    return Region(box_px=around, size_px=max(box.width, box.height))


def _list(boxes: Sequence[Box], state: Inspection, context: Context) -> _Found:
    """What the model lists in each view."""
    exhibits = exhibits_of(boxes, state, context)
    schemas = [_schema(exhibit, context) for exhibit in exhibits]
    replies = _replies(exhibits, schemas, context)
    places = [
        list(_places(exhibit, _listed(reply, schema), context))
        for exhibit, schema, reply in zip(exhibits, schemas, replies, strict=True)
    ]
    return _Found(places, sum((reply.usage for reply in replies), Usage()))


def _silent(views: Sequence[Sighting], places: Sequence[Sequence[_Place]]) -> list[Box]:
    """Views in which nothing is listed, not by those that overlap them either."""
    middles = [place.region.box_px.center for there in places for place in there]
    boxes = (view.box_px for view in views)
    return [box for box in boxes if not any(box.holds(middle) for middle in middles)]


def _merged(places: Iterable[_Place]) -> list[Region]:
    ranked = sorted(places, key=lambda place: place.off_middle)
    found = {place.region.box_px: place.region for place in reversed(ranked)}
    return [found[box] for box in merge([place.region.box_px for place in ranked])]


def _unlisted(
    views: Sequence[Sighting], regions: Sequence[Region], context: Context
) -> list[Region]:
    """The middles of views that are surely wrong, though no region is near."""
    harmless, sure = context.workflow.harmless, context.workflow.decision.sure_from
    return [
        Region(box_px=_middle_half(view.box_px))
        for view in views
        if view.wrong(harmless) >= sure
        and not any(region.box_px.intersection_area(view.box_px) for region in regions)
    ]


def _settled(region: Region, there: Sequence[_Place]) -> _Place:
    """The place nearest to the middle, if it is the same; what is not seen again counts last."""
    nearest = min(there, key=lambda place: place.off_middle, default=_Place(region, 1.0))
    same_place = same(nearest.region.box_px, region.box_px)
    return nearest if same_place else _Place(region, nearest.off_middle)


def _suspicious(views: Sequence[Sighting], context: Context) -> list[Sighting]:
    """The finest of the views in which something may be wrong."""
    plan, harmless = context.workflow.plan, context.workflow.harmless
    return [view for view in views if is_fine(view, plan) and view.wrong(harmless) >= plan.list_at]


def _replies(
    exhibits: Sequence[Exhibit], schemas: Sequence[dict[str, Any]], context: Context
) -> list[Reply]:
    if not exhibits:
        return []
    workflow = context.workflow
    brief = brief_for("find", workflow)
    record_brief(brief, context)
    requests = [
        to_write(
            exhibit.conversation(brief),
            JsonSchema(schema),
            workflow,
            role="find",
            most=_MOST_TOKENS,
        )
        for exhibit, schema in zip(exhibits, schemas, strict=True)
    ]
    replies = context.model.write(requests)
    for exhibit, reply in zip(exhibits, replies, strict=True):
        exhibit.keep(context, "write", prompt=brief.sha256, **asdict(reply))
    return replies


def _schema(exhibit: Exhibit, context: Context) -> dict[str, Any]:
    boxes = context.model.coordinates.box_schema(size=exhibit.tested.view.size_px)
    return list_schema(context.workflow, box=boxes, most=_MOST_LISTED)


def _places(exhibit: Exhibit, listed: Sequence[Listed], context: Context) -> Iterator[_Place]:
    view = exhibit.tested.view
    size = context.gallery[view.image].size
    for item in listed:
        corners = context.model.coordinates.parse_box(item.box, size=view.size_px)
        box = view.box_to_original(corners)
        yield _place(drawn(box, context.workflow, within=size), view)


def _listed(reply: Reply, schema: dict[str, Any]) -> list[Listed]:
    """Nothing where it was cut."""
    listed = read_list(reply.text, schema) if reply.finish == "stop" else None
    return listed or []


def _place(region: Region, view: View) -> _Place:
    (x, y), (middle_x, middle_y) = region.box_px.center, view.box_px.center
    side = max(view.box_px.width, view.box_px.height)
    return _Place(region, hypot(x - middle_x, y - middle_y) / side)


def _middle_half(box: Box) -> Box:
    width, height = box.width // 4, box.height // 4
    return Box(box.x1 + width, box.y1 + height, box.x2 - width, box.y2 - height)
