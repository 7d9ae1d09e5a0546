"""The verifier: what was judged wrong, put as a claim, with its pixels there and covered.

A model may say what such places tend to look like. So a claim is supported only where it falls
once there is nothing left for it to rest on.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from langgraph.runtime import Runtime

from foveal.agents.answering import Answered, answered
from foveal.agents.briefs import claim_brief_for
from foveal.agents.claims import Question, exhibit_for, questions_on
from foveal.agents.context import Context
from foveal.agents.exhibit import Exhibit, record_brief
from foveal.agents.inspection import Claim, Inspection, Look, Trial
from foveal.agents.instructions import YES_NO, Brief
from foveal.agents.suspicion import likeliest_defect, may_be_wrong
from foveal.schemas.report import Usage


class _Asked(NamedTuple):
    question: Question
    exhibit: Exhibit
    brief: Brief


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
    looks, usage = _ask([one for each in questions for one in each], state, context)
    answered = iter(looks)
    trials = [
        Trial(claim=claim, looks=[next(answered) for _ in each])
        for claim, each in zip(claims, questions, strict=True)
    ]
    return trials, usage


def _ask(
    questions: Sequence[Question], state: Inspection, context: Context
) -> tuple[list[Look], Usage]:
    if not questions:
        return [], Usage()
    briefs = _briefs(questions, state, context)
    asked = [
        _Asked(one, exhibit_for(one, state, context), briefs[one.claim.label, one.tested_first])
        for one in questions
    ]
    conversations = [one.exhibit.conversation(one.brief) for one in asked]
    yes_no = YES_NO[context.workflow.language]
    replies = answered(conversations, yes_no, context, role=_role(state))
    looks = [_look(one, reply, context) for one, reply in zip(asked, replies, strict=True)]
    return looks, sum((reply.usage for reply in replies), Usage())


def _role(state: Inspection) -> Literal["verify", "confirm"]:
    return "verify" if "aligned" in state else "confirm"


def _briefs(
    questions: Sequence[Question], state: Inspection, context: Context
) -> dict[tuple[str, bool], Brief]:
    """By label, and by whether the tested part is shown first; all are recorded."""
    briefs = {}
    for label, tested_first in sorted({(one.claim.label, one.tested_first) for one in questions}):
        usual = claim_brief_for(_role(state), context.workflow, label=label)
        briefs[label, tested_first] = usual.turned_round() if tested_first else usual
        record_brief(briefs[label, tested_first], context)
    return briefs


def _look(asked: _Asked, reply: Answered, context: Context) -> Look:
    question, exhibit, brief = asked
    pictures = exhibit.keep(
        context,
        "choose",
        **reply._asdict(),
        prompt=brief.sha256,
        claim=question.claim.label,
        cover=question.cover,
        hidden_px=question.hidden,
    )
    yes, no = (reply.answers[answer] for answer in YES_NO[context.workflow.language])
    return Look(
        pictures=pictures,
        prompt=brief.sha256,
        answers={"yes": yes, "no": no},
        thought=reply.thought,
        cover=question.cover,
        hidden_px=question.hidden,
    )
