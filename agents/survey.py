"""The survey: shown the whole part once, small, the model lists everything it sees.

The part stands beside its template, where there is one.

The single pass that systems without tools make; it is here as the baseline to compare with.
"""

from dataclasses import asdict
from typing import Any

from langgraph.runtime import Runtime

from foveal.agents.answering import to_write
from foveal.agents.briefs import brief_for
from foveal.agents.context import Context
from foveal.agents.exhibit import Exhibit, record_brief
from foveal.agents.inspection import Inspection, Judgement, Look, Region
from foveal.agents.listing import Listed, list_schema, read_list
from foveal.models.protocol import Finish, JsonSchema, Reply, VisionLanguageModel, sent_size
from foveal.schemas.box import Box
from foveal.schemas.report import Coverage
from foveal.schemas.workflow import Agent, Workflow
from foveal.tools.image import Image
from foveal.tools.view import Seen, cut

SIDE_PX = 256
"""Longest side of each part as shown."""

_LEAST_SIDE_PX = 32
_MOST_TOKENS = 800


def look_once(state: Inspection, runtime: Runtime[Context]) -> Inspection:
    """Ask for every defect of the whole part in one reply."""
    context, workflow = runtime.context, runtime.context.workflow
    model, gallery = context.model, context.gallery
    tested = whole(gallery[state["tested"]], model)
    template = whole(gallery[state["template"]], model) if "template" in state else None
    exhibit = Exhibit(tested, template)
    boxes = context.model.coordinates.box_schema(size=exhibit.tested.view.size_px)
    schema = list_schema(workflow, box=boxes)
    reply, look = _ask(exhibit, schema, context)
    learned = Inspection(coverage=_coverage(exhibit.tested, workflow), usage=reply.usage)
    listed = read_list(reply.text, schema) if reply.finish == "stop" else None
    if listed is None:
        return {**learned, "obstacle": _unreadable(reply)}
    judgements = [_judgement(item, exhibit.tested, look, context=context) for item in listed]
    return {**learned, "judgements": judgements}


def _ask(exhibit: Exhibit, schema: dict[str, Any], context: Context) -> tuple[Reply, Look]:
    role: Agent = "survey" if exhibit.reference else "find"
    workflow = context.workflow
    brief = brief_for(role, workflow)
    record_brief(brief, context)
    asked = exhibit.conversation(brief)
    request = to_write(asked, JsonSchema(schema), workflow, role=role, most=_MOST_TOKENS)
    (reply,) = context.model.write([request])
    pictures = exhibit.keep(context, "write", prompt=brief.sha256, **asdict(reply))
    thought = reply.thinking or None
    return reply, Look(pictures=pictures, prompt=brief.sha256, answers={}, thought=thought)


def _unreadable(reply: Reply) -> str:
    tokens = reply.usage.new_tokens
    reasons: dict[Finish, str] = {
        "stop": "the reply is not the list that was asked for",
        "length": f"the reply was cut at {tokens} tokens",
        "time": f"the reply was cut after {tokens} tokens, when its time was up",
        "loop": f"the reply was cut after {tokens} tokens, because it repeated itself",
    }
    return reasons[reply.finish]


def _judgement(item: Listed, tested: Seen, look: Look, *, context: Context) -> Judgement:
    corners = context.model.coordinates.parse_box(item.box, size=tested.view.size_px)
    answers = context.workflow.answers
    return Judgement(
        region=Region(box_px=tested.view.box_to_original(corners)),
        probabilities={label: float(name == item.label) for name, label in answers.items()},
        looks=[look],
    )


def whole(image: Image, model: VisionLanguageModel | None = None) -> Seen:
    """All of it, small; at a size that the model sees as it is, where one is to see it."""
    longest = max(image.size)
    width, height = (max(_LEAST_SIDE_PX, round(SIDE_PX * side / longest)) for side in image.size)
    size = sent_size(model, (width, height)) if model else (width, height)
    return cut(image, Box(0, 0, *image.size), size=size)


def _coverage(tested: Seen, workflow: Workflow) -> Coverage:
    """All of the part, as coarse as it was shown."""
    shrunk = max(1.0, tested.view.box_px.width / tested.view.size_px[0])
    scale = workflow.scale
    return Coverage(share=1, mm_per_px=shrunk / scale.px_per_mm if scale else None)
