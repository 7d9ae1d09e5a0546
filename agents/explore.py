"""The explorer: shown the whole part, small, the model itself looks closer and reports, by tools.

The conversation only grows, so each turn costs what is new in it.
"""

from dataclasses import asdict, replace
from typing import Literal, NamedTuple

from langgraph.runtime import Runtime

from foveal.agents.answering import to_write
from foveal.agents.briefs import brief_for
from foveal.agents.context import Context
from foveal.agents.exhibit import record_brief
from foveal.agents.find import to_judge
from foveal.agents.inspection import Inspection, Sighting
from foveal.agents.instructions import Brief
from foveal.agents.moves import NO_CALL, NOTED, asked, called, moves, offering, shown, told
from foveal.agents.search import coverage_of
from foveal.agents.trail import Trail
from foveal.models.protocol import (
    Call,
    Conversation,
    Message,
    Picture,
    Reply,
    Tool,
    ToolCalls,
)
from foveal.schemas.errors import BadReply, BadToolCall
from foveal.schemas.image import ImageId, name_pixels
from foveal.schemas.report import Usage
from foveal.tools.view import Seen

MOST_REFUSED = 3
"""Calls in a row; then the loop ends."""

End = Literal["done", "calls spent", "cut", "refused"]


_STOPPED: dict[End, str] = {
    "calls spent": "the model had no calls left",
    "cut": "an answer of the model was cut off or could not be read",
    "refused": f"{MOST_REFUSED} calls of the model in a row were refused",
}


class _Walk(NamedTuple):
    ended: End
    answered: int
    """So many views the model went on from, so it did look at them."""

    usage: Usage


class _Step(NamedTuple):
    answer: tuple[Message, ...]
    seen: Seen | None = None
    refused: bool = False


_NO_STEP = _Step((Message("user", (NO_CALL,)),), refused=True)
"""Of a turn without a call, which no tool's message can answer."""


def explore(state: Inspection, runtime: Runtime[Context]) -> Inspection:
    """Let the model zoom and report until it is done; what it reports is for the judge.

    A loop that ends before that ends with what it has.
    """
    context, trail = runtime.context, Trail.begin(state, runtime.context)
    _keep(trail.overview, context)
    walk = _walk(trail, context)
    views = [seen.view.box_px for seen in trail.views[: walk.answered]]
    context.recorder.append("explored", ended=walk.ended, views=views, usage=walk.usage)
    learned = to_judge(trail.regions, walk.usage, context.workflow)
    learned["views"] = [Sighting(box_px=box, answers={}) for box in views]
    learned["coverage"] = coverage_of(views, trail.size, context.workflow)
    if walk.ended in _STOPPED:
        learned["stopped"] = _STOPPED[walk.ended]
    return learned


def _walk(trail: Trail, context: Context) -> _Walk:
    answered, refused, usage = 0, 0, Usage()
    brief, tools = _brief(trail, context), _tools(trail, context)
    conversation = offering(brief.conversation([Picture("A", trail.overview.pixels)]), tools)
    for _ in range(context.workflow.plan.most_calls):
        reply = _reply(conversation, tools, trail, brief=brief)
        if reply is None:
            return _Walk("cut", answered, usage)
        usage += reply.usage
        if reply.finish != "stop":
            return _Walk("cut", answered, usage)
        answered = len(trail.views)
        call = called(reply.text)
        step = _NO_STEP if call is None else _taken(call, trail)
        _record(call, step, context)
        if call is not None and call.tool == "done":
            return _Walk("done", answered, usage)
        refused = refused + 1 if step.refused else 0
        if refused == MOST_REFUSED:
            return _Walk("refused", answered, usage)
        turn = reply.message if call is None else replace(asked(call), ids=reply.ids)
        conversation = (*conversation, turn, *step.answer)
    return _Walk("calls spent", answered, usage)


def _brief(trail: Trail, context: Context) -> Brief:
    width, height = trail.side
    brief = brief_for("explore", context.workflow, width=width, height=height)
    record_brief(brief, context)
    return brief


def _tools(trail: Trail, context: Context) -> tuple[Tool, ...]:
    workflow, size = context.workflow, trail.overview.view.size_px
    labels = [name for name, label in workflow.answers.items() if label != workflow.harmless]
    tools = moves(labels, box=context.model.coordinates.box_schema(size=size))
    context.recorder.append("tools", role="explore", offered=[asdict(tool) for tool in tools])
    return tools


def _reply(
    conversation: Conversation, tools: tuple[Tool, ...], trail: Trail, *, brief: Brief
) -> Reply | None:
    """None where no reply can be used."""
    context, most = trail.context, trail.context.workflow.plan.call_tokens
    request = to_write(conversation, ToolCalls(tools), context.workflow, role="explore", most=most)
    try:
        (reply,) = context.model.write([request])
    except BadReply as error:
        context.recorder.append("explore", refused=error.what)
        return None
    context.recorder.append(
        "write",
        model=context.model.revision,
        prompt=brief.sha256,
        pictures=[name_pixels(seen.pixels) for seen in (trail.overview, *trail.views)],
        **asdict(reply),
    )
    return reply


def _taken(call: Call, trail: Trail) -> _Step:
    try:
        match call.tool:
            case "zoom":
                seen = trail.zoom(call)
                return _Step(shown(Picture(f"V{len(trail.views)}", seen.pixels)), seen)
            case "report":
                trail.report(call)
                return _Step((told(NOTED),))
            case "done":
                return _Step(())
        raise BadToolCall(f"there is no tool {call.tool!r}", fix="call zoom, report or done")
    except BadToolCall as error:
        return _Step((told(str(error)),), refused=True)


def _record(call: Call | None, step: _Step, context: Context) -> None:
    context.recorder.append(
        "explore",
        tool=call and call.tool,
        arguments=dict(call.arguments) if call else {},
        answer="".join(str(part) for message in step.answer[:1] for part in message.parts),
        view=step.seen and step.seen.view,
        picture=step.seen and _keep(step.seen, context),
    )


def _keep(seen: Seen, context: Context) -> ImageId:
    crop = name_pixels(seen.pixels)
    context.recorder.image(crop, seen.pixels)
    return crop
