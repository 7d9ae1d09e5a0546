"""From what a model says to what can be trusted."""

from math import exp, log

from foveal.models.protocol import VisionLanguageModel
from foveal.schemas.workflow import Calibration, Workflow

_LEAST = 1e-12
"""Stands for a probability of zero, which has no logarithm."""


def calibration_for(model: VisionLanguageModel, workflow: Workflow) -> Calibration | None:
    """The workflow's, where it was fitted for these very weights."""
    known = workflow.calibration
    return known if known is not None and known.revision == model.revision else None


def calibrated(
    probabilities: dict[str, float], calibration: Calibration | None
) -> dict[str, float]:
    """Probabilities at the calibration's temperature (Guo et al. 2017, arXiv:1706.04599)."""
    if calibration is None:
        return probabilities
    logs = {
        answer: log(max(value, _LEAST)) / calibration.temperature
        for answer, value in probabilities.items()
    }
    top = max(logs.values())
    raised = {answer: exp(value - top) for answer, value in logs.items()}
    total = sum(raised.values())
    return {answer: value / total for answer, value in raised.items()}
