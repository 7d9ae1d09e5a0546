"""Whether a picture shows what is to be inspected at all, before anything is said about it."""

from langgraph.runtime import Runtime

from foveal.agents.alone import exhibits_of
from foveal.agents.answering import Asked, ask, yes_or_no
from foveal.agents.briefs import brief_for
from foveal.agents.context import Context
from foveal.agents.inspection import Inspection
from foveal.schemas.box import Box
from foveal.schemas.report import Coverage
from foveal.schemas.text import said_in


def recognise(state: Inspection, runtime: Runtime[Context]) -> Inspection:
    """Ask about the whole picture, seen small. Labels of nothing would mean nothing."""
    context, plan = runtime.context, runtime.context.workflow.plan
    whole = Box(0, 0, *context.gallery[state["tested"]].size)
    (exhibit,) = exhibits_of([whole], state, context, longest=plan.overview_px)
    brief = brief_for("recognise", context.workflow)
    answers = yes_or_no(context.workflow.language)
    (look,), usage = ask([Asked(exhibit, brief)], answers, context, role="recognise")
    learned, yes = Inspection(usage=usage), look.answers["yes"]
    if yes < plan.recognised_from:
        subject = said_in(context.workflow.subject, context.workflow.language)
        learned["obstacle"] = f"the picture does not look like {subject} (probability {yes:.2f})"
        learned["coverage"] = Coverage(share=0)
    return learned


def is_recognised(state: Inspection) -> str:
    return "something else" if "obstacle" in state else "yes"
