"""What a judgement makes suspicious: asked by whoever tests it, and by whoever reports it."""

from foveal.agents.calibration import calibrated, calibration_for, decision_for
from foveal.agents.context import Context
from foveal.agents.inspection import Judgement
from foveal.schemas.workflow import Workflow


def may_be_wrong(judgement: Judgement, context: Context) -> bool:
    """Whether it becomes a finding, or a person must look at it instead."""
    decision = decision_for(context.model, context.workflow)
    return confidence(judgement, context) >= min(decision.report_at, decision.review[0])


def confidence(judgement: Judgement, context: Context) -> float:
    """That something is wrong, calibrated where that was done."""
    wrong = judgement.wrong(context.workflow.harmless)
    return calibrated(wrong, calibration_for(context.model, context.workflow))


def likeliest_defect(judgement: Judgement, workflow: Workflow) -> str:
    return max(workflow.defects, key=judgement.probabilities.__getitem__)
