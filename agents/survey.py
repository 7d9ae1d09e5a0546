"""The survey: shown both whole parts once, small, the model lists everything it sees.

The single pass that systems without tools make; it is here as the baseline to compare with.
"""

from langgraph.runtime import Runtime

from foveal.agents.briefs import brief_for
from foveal.agents.comparison import Comparison, Judgement, Look, Region
from foveal.agents.context import Context
from foveal.agents.exhibit import Exhibit, record_brief
from foveal.agents.listing import Listed, list_schema, read_list
from foveal.models.protocol import Reply, WriteRequest
from foveal.schemas.box import Box
from foveal.schemas.report import Coverage
from foveal.schemas.workflow import Workflow
from foveal.tools.image import Image
from foveal.tools.view import Seen, cut

SIDE_PX = 256
"""Longest side of each part as shown."""

_LEAST_SIDE_PX = 32
_MOST_TOKENS = 800


def look_once(state: Comparison, runtime: Runtime[Context]) -> Comparison:
    """Ask for every defect of the whole part in one reply."""
    context, workflow = runtime.context, runtime.context.workflow
    template, tested = (context.gallery[state[name]] for name in ("template", "tested"))
    exhibit = Exhibit(_whole(template), _whole(tested))
    reply, look = _ask(exhibit, context)
    learned = Comparison(coverage=_coverage(exhibit.tested, workflow), usage=reply.usage)
    listed = read_list(reply.text, workflow)
    if listed is None:
        return {**learned, "obstacle": _unreadable(reply)}
    judgements = [_judgement(item, exhibit.tested, look, workflow=workflow) for item in listed]
    return {**learned, "judgements": judgements}


def _ask(exhibit: Exhibit, context: Context) -> tuple[Reply, Look]:
    brief = brief_for("survey", context.workflow)
    record_brief(brief, context)
    schema = list_schema(context.workflow)
    (reply,) = context.model.write(
        [WriteRequest(exhibit.conversation(brief), schema, max_new_tokens=_MOST_TOKENS)]
    )
    said = {"prompt": brief.sha256, "text": reply.text, "finish": reply.finish}
    pictures = exhibit.keep(context, "write", **said, usage=reply.usage)
    return reply, Look(pictures=pictures, prompt=brief.sha256, answers={})


def _unreadable(reply: Reply) -> str:
    if reply.finish == "length":
        return f"the reply was cut at {reply.usage.new_tokens} tokens"
    return "the reply is not the list that was asked for"


def _judgement(item: Listed, tested: Seen, look: Look, *, workflow: Workflow) -> Judgement:
    return Judgement(
        region=Region(box_px=_original(item.box, tested)),
        probabilities={label.name: float(label.name == item.label) for label in workflow.labels},
        looks=[look],
    )


def _original(box: tuple[int, int, int, int], tested: Seen) -> Box:
    """A box of 0–1000 coordinates in original pixels, corners put in order."""
    width, height = tested.view.size_px
    x1, x2 = sorted(x * width / 1000 for x in box[0::2])
    y1, y2 = sorted(y * height / 1000 for y in box[1::2])
    return tested.view.box_to_original((x1, y1, x2, y2))


def _whole(image: Image) -> Seen:
    longest = max(image.size)
    width, height = (max(_LEAST_SIDE_PX, round(SIDE_PX * side / longest)) for side in image.size)
    return cut(image, Box(0, 0, *image.size), size=(width, height))


def _coverage(tested: Seen, workflow: Workflow) -> Coverage:
    """All of the part, as coarse as it was shown."""
    shrunk = max(1.0, tested.view.box_px.width / tested.view.size_px[0])
    scale = workflow.scale
    return Coverage(share=1, mm_per_px=shrunk / scale.px_per_mm if scale else None)
