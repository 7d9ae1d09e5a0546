"""From what a model says to what can be trusted, where that was measured for this very case."""

from hashlib import sha256
from json import dumps
from math import exp, log
from typing import Any

from foveal.agents.briefs import brief_for
from foveal.models.protocol import VisionLanguageModel
from foveal.schemas.calibration import Calibration
from foveal.schemas.errors import BadWorkflow
from foveal.schemas.limits import Limits
from foveal.schemas.plan import SearchPlan
from foveal.schemas.text import said_in
from foveal.schemas.workflow import Agent, Workflow

_LEAST = 1e-12
"""Nothing is surer than this: 0 and 1 have no logarithm of their odds."""

_WITHOUT_EFFECT = {
    "name",
    "model",
    "loading",
    "decision",
    "calibration",
    "verification",
    "document",
    "thinking",
}
"""On the answers of given weights; thinking has one where those who judge think."""

_NOT_JUDGING: set[Agent] = {"recognise", "verify", "confirm", "report"}

_AGAIN = "run `foveal calibrate` again, or take the line `calibration` out"


def calibration_for(model: VisionLanguageModel, workflow: Workflow) -> Calibration | None:
    """The workflow's, where it was fitted for these very weights."""
    known = _fitted(workflow)
    return known if known is not None and known.revision == model.revision else None


def _fitted(workflow: Workflow) -> Calibration | None:
    """In the language that it is asked in."""
    return workflow.calibration.get(workflow.language)


def calibrated(wrong: float, calibration: Calibration | None) -> float:
    """The probability that something is wrong; without a calibration as the model says it."""
    if calibration is None:
        return wrong
    return scaled(wrong, temperature=calibration.temperature, shift=calibration.shift)


def scaled(wrong: float, *, temperature: float, shift: float) -> float:
    """Odds at a temperature and shifted (Platt 1999); regions and parts keep their order."""
    kept = _bounded(wrong)
    odds = log(kept / (1 - kept)) / temperature - shift
    return _bounded(1 / (1 + exp(-odds)))


def decision_for(model: VisionLanguageModel, workflow: Workflow) -> Limits:
    """The workflow's own, with limits that were chosen on labelled parts where there are any.

    What may fail a part is a finding, so that none fails without one. Where nothing was measured,
    no part passes with anything on it that would be reported.
    """
    decision, calibration = workflow.decision, calibration_for(model, workflow)
    if calibration is None:
        low, high = decision.review
        return decision.model_copy(update={"review": (min(low, decision.report_at), high)})
    low, high = calibration.pass_below.score, calibration.fail_from.score
    report_at = min(decision.report_at, high)
    return decision.model_copy(update={"report_at": report_at, "review": (low, high)})


def rules_of(workflow: Workflow) -> dict[str, str]:
    """A hash of each part of the workflow that the model's answers depend on.

    A part left out has none, so that one which a later version can have changes nothing. Of texts
    in several languages the one that the model is asked in counts.
    """
    parts = workflow.model_dump(mode="json", exclude=_WITHOUT_EFFECT, exclude_none=True)
    if workflow.graph == "inspect":
        parts["plan"] = _plan_rules(workflow.plan)
    else:
        del parts["plan"]
    terms = [label.said_in(workflow.language) for label in workflow.labels]
    parts["labels"] = [(term.name, term.meaning) for term in terms]
    parts["subject"] = said_in(workflow.subject, workflow.language)
    judges = _judges(workflow)
    parts["instructions"] = "+".join(brief_for(role, workflow).sha256 for role in judges)
    if "liken" not in judges:
        del parts["looks"]["alike"]
    if not workflow.looks.turned:
        del parts["looks"]["turned"]
    parts["decision.sure_from"] = workflow.decision.sure_from
    if thinking := _judges_thinking(workflow):
        parts["thinking"] = thinking
    return {name: _hash(part) for name, part in sorted(parts.items())}


def _judges(workflow: Workflow) -> list[Agent]:
    """Whose answers a judgement is the mean of."""
    if workflow.graph != "inspect":
        return ["judge"]
    return ["look", "liken"] if workflow.looks.alike else ["look"]


def _judges_thinking(workflow: Workflow) -> dict[Agent, int]:
    """Tokens of those whose thoughts a judgement rests on."""
    budgets = workflow.thinking.items()
    return {agent: tokens for agent, tokens in budgets if agent not in _NOT_JUDGING}


def _plan_rules(plan: SearchPlan) -> dict[str, Any]:
    """What later versions added counts only where it is used, so that earlier fits hold."""
    left_out = {"recognised_from"}  # decides whether it is asked, not what it answers
    if plan.by == "search":
        left_out |= {"by", "most_calls", "call_tokens"}
    if not plan.scout:
        left_out |= {"scout"}
    return plan.model_dump(mode="json", exclude=left_out)


def require_rules(workflow: Workflow, *, source: str) -> None:
    """Raises BadWorkflow where the calibration was made for other rules than the workflow's."""
    known = _fitted(workflow)
    if known is None:
        return
    mine, its = rules_of(workflow), known.rules
    differing = sorted(name for name in mine.keys() | its.keys() if mine.get(name) != its.get(name))
    if differing:
        raise BadWorkflow(
            f"{source}: its calibration was fitted with other {', '.join(differing)}", fix=_AGAIN
        )


def require_revision(workflow: Workflow, model: VisionLanguageModel) -> None:
    """Raises BadWorkflow where the calibration was made for other weights."""
    known = _fitted(workflow)
    if known is not None and known.revision != model.revision:
        raise BadWorkflow(
            f"the calibration of workflow {workflow.name!r} was fitted for {known.model!r}, "
            f"revision {known.revision[:12]}, not for {model.name!r}, "
            f"revision {_told_apart(model.revision, known.revision)}",
            fix=_AGAIN,
        )


def _told_apart(revision: str, other: str) -> str:
    """Whole where the beginnings are alike, as with an adapter or a quantisation."""
    return revision if revision[:12] == other[:12] else revision[:12]


def _bounded(probability: float) -> float:
    return min(max(probability, _LEAST), 1 - _LEAST)


def _hash(part: object) -> str:
    canonical = dumps(part, sort_keys=True, ensure_ascii=False)
    return sha256(canonical.encode()).hexdigest()[:16]
