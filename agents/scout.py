"""The scout: shown the whole part, small, the model says where to look first, and why."""

from dataclasses import asdict
from typing import Any

from langgraph.runtime import Runtime
from pydantic import ValidationError

from foveal.agents.alone import exhibits_of
from foveal.agents.answering import to_write
from foveal.agents.briefs import brief_for
from foveal.agents.context import Context
from foveal.agents.exhibit import Exhibit, record_brief
from foveal.agents.inspection import Hint, Inspection
from foveal.agents.listing import exactly
from foveal.models.protocol import JsonSchema, Reply
from foveal.schemas.base import Strict
from foveal.schemas.box import Box
from foveal.schemas.errors import BadReply
from foveal.schemas.view import View

MOST_REGIONS = 8
"""As its instructions say."""

_MOST_LETTERS = 80
"""Of a reason."""

_MOST_TOKENS = 480


class _Place(Strict):
    box: tuple[int, int, int, int]
    """In the model's own coordinates."""

    why: str


class _Places(Strict):
    regions: list[_Place]


def scout(state: Inspection, runtime: Runtime[Context]) -> Inspection:
    """Ask where to look first, if the plan says so; what cannot be read hints at nothing."""
    context, plan = runtime.context, runtime.context.workflow.plan
    if not plan.scout:
        return {"hints": []}
    whole = Box(0, 0, *context.gallery[state["tested"]].size)
    (exhibit,) = exhibits_of([whole], state, context, longest=plan.overview_px)
    try:
        reply = _reply(exhibit, context)
    except BadReply as error:
        context.recorder.append("scout", hints=[], refused=error.what)
        return {"hints": []}
    hints = _hints(reply, exhibit.tested.view, context)
    context.recorder.append("scout", hints=hints)
    return {"hints": hints, "usage": reply.usage}


def _reply(exhibit: Exhibit, context: Context) -> Reply:
    brief = brief_for("scout", context.workflow)
    record_brief(brief, context)
    grammar = JsonSchema(_schema(exhibit, context))
    asked = exhibit.conversation(brief)
    request = to_write(asked, grammar, context.workflow, role="scout", most=_MOST_TOKENS)
    (reply,) = context.model.write([request])
    exhibit.keep(context, "write", prompt=brief.sha256, **asdict(reply))
    return reply


def _schema(exhibit: Exhibit, context: Context) -> dict[str, Any]:
    box = context.model.coordinates.box_schema(size=exhibit.tested.view.size_px)
    why = {"type": "string", "minLength": 1, "maxLength": _MOST_LETTERS}
    places = {"type": "array", "items": exactly({"box": box, "why": why})}
    return exactly({"regions": places | {"maxItems": MOST_REGIONS}})


def _hints(reply: Reply, view: View, context: Context) -> list[Hint]:
    try:
        said = _Places.model_validate_json(reply.text)
    except ValidationError:  # cut, or not bound by the grammar
        return []
    return [_hint(place, view, context) for place in said.regions[:MOST_REGIONS]]


def _hint(place: _Place, view: View, context: Context) -> Hint:
    corners = context.model.coordinates.parse_box(place.box, size=view.size_px)
    why = " ".join(place.why[:_MOST_LETTERS].split())
    return Hint(box_px=view.box_to_original(corners), why=why)
