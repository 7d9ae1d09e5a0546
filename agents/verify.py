"""The verifier: what was judged wrong, put as a claim, with its pixels there and covered.

A model may say what such places tend to look like. So a claim is supported only where it falls
once there is nothing left for it to rest on.
"""

from collections.abc import Sequence
from typing import Literal

from langgraph.runtime import Runtime

from foveal.agents.answering import Asked, ask, yes_or_no
from foveal.agents.briefs import claim_brief_for
from foveal.agents.claims import Question, exhibit_for, questions_on
from foveal.agents.context import Context
from foveal.agents.inspection import Claim, Inspection, Look, Trial
from foveal.agents.suspicion import likeliest_defect, may_be_wrong
from foveal.schemas.report import Usage


def verify(state: Inspection, runtime: Runtime[Context]) -> Inspection:
    """Try what may be reported; without a verification in the workflow nothing is asked."""
    context = runtime.context
    if context.workflow.verification is None:
        return {"trials": []}
    claims = [
        Claim(region=known.region, label=likeliest_defect(known, context.workflow))
        for known in state["judgements"]
        if may_be_wrong(known, context)
    ]
    trials, usage = try_claims(claims, state, context)
    return {"trials": trials, "usage": usage}


def try_claims(
    claims: Sequence[Claim], state: Inspection, context: Context
) -> tuple[list[Trial], Usage]:
    """All looks at all claims, asked together, so that what they share is read once."""
    questions = [list(questions_on(claim, state, context)) for claim in claims]
    looks, usage = _looks([one for each in questions for one in each], state, context)
    answered = iter(looks)
    trials = [
        Trial(claim=claim, looks=[next(answered) for _ in each])
        for claim, each in zip(claims, questions, strict=True)
    ]
    return trials, usage


def _looks(
    questions: Sequence[Question], state: Inspection, context: Context
) -> tuple[list[Look], Usage]:
    asked = [_asked(one, state, context) for one in questions]
    answers = yes_or_no(context.workflow.language)
    looks, usage = ask(asked, answers, context, role=_role(state))
    covered = [
        look.model_copy(update={"cover": one.cover, "hidden_px": one.hidden})
        for look, one in zip(looks, questions, strict=True)
    ]
    return covered, usage


def _role(state: Inspection) -> Literal["verify", "confirm"]:
    return "verify" if "aligned" in state else "confirm"


def _asked(question: Question, state: Inspection, context: Context) -> Asked:
    label = question.claim.label
    usual = claim_brief_for(_role(state), context.workflow, label=label, wording=question.wording)
    brief = usual.turned_round() if question.tested_first else usual
    about = {"claim": label, "cover": question.cover, "hidden_px": question.hidden}
    return Asked(exhibit_for(question, state, context), brief, about)
