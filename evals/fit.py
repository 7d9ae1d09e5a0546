"""Fits a workflow's calibration on labelled parts: what `foveal calibrate` does."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from foveal.agents.calibration import rules_of, scaled
from foveal.evals.labelled import Labelled
from foveal.evals.options import Progress
from foveal.evals.regions import confidences
from foveal.evals.reliability import reliability
from foveal.evals.risk import choose_limits, rates_at, require_parts
from foveal.evals.scaling import Scaling, fit_scaling
from foveal.evals.scores import part_scores
from foveal.evals.session import as_judged, reports_of
from foveal.models.protocol import VisionLanguageModel
from foveal.schemas.calibration import Calibration
from foveal.schemas.errors import BadWorkflow
from foveal.schemas.workflow import Workflow


@dataclass(frozen=True)
class StatedRates:
    """Shares that are allowed: of defective parts that pass, of good parts that fail."""

    escape: float
    overkill: float

    def __post_init__(self) -> None:
        for name, rate in (("escape", self.escape), ("overkill", self.overkill)):
            if not 0 < rate < 1:
                raise BadWorkflow(f"an {name} rate of {rate:g} is no limit", fix="give 0.05, say")


def require_fittable(workflow: Workflow, labelled: Labelled, rates: StatedRates) -> None:
    """Everything that can be known before a model is loaded."""
    if workflow.graph == "survey":
        raise BadWorkflow(
            f"the graph {workflow.graph!r} of workflow {workflow.name!r} gives no probabilities",
            fix="calibrate one that judges regions, such as 'compare'",
        )
    require_parts(
        defective=labelled.defective,
        good=len(labelled.pairs) - labelled.defective,
        escape=rates.escape,
        overkill=rates.overkill,
    )


def fit(
    workflow: Workflow,
    model: VisionLanguageModel,
    labelled: Labelled,
    rates: StatedRates,
    *,
    progress: Progress,
) -> Calibration:
    """Map and limits on the same parts: the map keeps their order, so no limit profits from it."""
    require_fittable(workflow, labelled, rates)
    reports = reports_of(as_judged(workflow), model, labelled.pairs, progress=progress)
    said = confidences(reports, labelled.pairs, workflow)
    scaling = _rounded(fit_scaling(said.values, said.wrong))
    scale = partial(scaled, temperature=scaling.temperature, shift=scaling.shift)
    scores = part_scores(reports, labelled.pairs, scale)
    limits = choose_limits(
        *scores,
        escape=rates.escape,
        overkill=rates.overkill,
        between=workflow.decision.report_at,
    )
    return Calibration(
        temperature=scaling.temperature,
        shift=scaling.shift,
        regions=len(said.values),
        pass_below=limits[0],
        fail_from=limits[1],
        fitted_on=labelled.name,
        model=model.name,
        revision=model.revision,
        rules=rules_of(workflow),
        reliability=reliability(np.array([scale(value) for value in said.values]), said.wrong),
        rates=rates_at(*scores, limits),
    )


def _rounded(scaling: Scaling) -> Scaling:
    """Before anything is computed with it, so that the file says all of it."""
    return Scaling(round(scaling.temperature, 4), round(scaling.shift, 4))
