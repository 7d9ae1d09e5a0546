"""Whether a picture shows what is to be inspected at all, before anything is said about it."""

from langgraph.runtime import Runtime

from foveal.agents.alone import exhibits_of
from foveal.agents.answering import answered
from foveal.agents.briefs import brief_for, layer_values
from foveal.agents.context import Context
from foveal.agents.exhibit import record_brief
from foveal.agents.inspection import Inspection
from foveal.agents.instructions import YES_NO
from foveal.schemas.box import Box
from foveal.schemas.report import Coverage


def recognise(state: Inspection, runtime: Runtime[Context]) -> Inspection:
    """Ask about the whole picture, seen small. Labels of nothing would mean nothing."""
    context, plan = runtime.context, runtime.context.workflow.plan
    whole = Box(0, 0, *context.gallery[state["tested"]].size)
    (exhibit,) = exhibits_of([whole], state, context, longest=plan.overview_px)
    brief = brief_for("recognise", context.workflow)
    record_brief(brief, context)
    yes, no = YES_NO[context.workflow.language]
    (reply,) = answered([exhibit.conversation(brief)], (yes, no), context, role="recognise")
    exhibit.keep(context, "choose", prompt=brief.sha256, **reply._asdict())
    learned = Inspection(usage=reply.usage)
    if reply.answers[yes] < plan.recognised_from:
        subject = layer_values(context.workflow)["subject"]
        said = f"{reply.answers[yes]:.2f}"
        learned["obstacle"] = f"the picture does not look like {subject} (probability {said})"
        learned["coverage"] = Coverage(share=0)
    return learned


def is_recognised(state: Inspection) -> str:
    return "something else" if "obstacle" in state else "yes"
