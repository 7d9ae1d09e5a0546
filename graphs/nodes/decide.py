from typing import Literal

from langgraph.runtime import Runtime

from foveal.agents.calibration import calibration_for, decision_for
from foveal.agents.context import Context
from foveal.agents.inspection import Inspection
from foveal.graphs.nodes.constraints import Constrained, constrained
from foveal.graphs.nodes.suspects import suspects_of
from foveal.graphs.nodes.verdict import Outcome, outcome
from foveal.schemas.image import ImageRecord
from foveal.schemas.report import ModelRecord, Report, WorkflowRecord
from foveal.schemas.text import quoted
from foveal.schemas.workflow import Workflow


def decide(state: Inspection, runtime: Runtime[Context]) -> Inspection:
    """Turn judgements into findings, enforce the constraints, and say pass, fail or review."""
    workflow = runtime.context.workflow
    suspects = constrained(suspects_of(state, runtime.context), workflow)
    return {"report": _report(state, runtime.context, suspects)}


def _report(state: Inspection, context: Context, suspects: Constrained) -> Report:
    workflow = context.workflow
    decided = _outcome(state, context, suspects)
    listed = decision_for(context.model, workflow).listed_from(decided.verdict)
    return Report(
        verdict=decided.verdict,
        reason=decided.reason,
        findings=[known for known in suspects.kept if known.confidence >= listed],
        removed=[out for out in suspects.removed if out.finding.confidence >= listed],
        images=_images(state, context),
        coverage=state["coverage"],
        model=_model(context),
        workflow=_rules(workflow),
        usage=state["usage"],
        calibration=calibration_for(context.model, workflow),
        measurements=_measurements(state),
    )


def _outcome(state: Inspection, context: Context, suspects: Constrained) -> Outcome:
    if "obstacle" in state:
        return Outcome("review", state["obstacle"])
    decision = decision_for(context.model, context.workflow)
    found = outcome(
        suspects.kept,
        decision,
        judged=len(state.get("judgements", [])),
        removed=sum(out.finding.confidence >= decision.review[0] for out in suspects.removed),
        compared="template" in state,
    )
    share, least = state["coverage"].share, decision.coverage
    if "views" in state:
        least = context.workflow.plan.coverage
    if found.verdict == "pass" and share < least:
        reason = f"{share:.0%} of the part was looked at, {least:.0%} is asked for"
        return Outcome("review", f"{reason}; {state['stopped']}" if "stopped" in state else reason)
    return found


def _images(state: Inspection, context: Context) -> list[ImageRecord]:
    scale = context.workflow.scale
    names: list[Literal["template", "tested"]] = ["template", "tested"]
    shown = {name: context.gallery[state[name]] for name in names if name in state}
    return [
        ImageRecord(
            name=name if len(shown) > 1 else "image",
            id=image.id,
            size_px=image.size,
            source=image.source,
            px_per_mm=scale.px_per_mm if scale and name == "tested" else None,
        )
        for name, image in shown.items()
    ]


def _model(context: Context) -> ModelRecord:
    model = context.model
    calibration = calibration_for(model, context.workflow)
    return ModelRecord(
        name=model.name,
        revision=model.revision,
        calibration=calibration.fitted_on if calibration else None,
    )


def _rules(workflow: Workflow) -> WorkflowRecord:
    asked_as = {label: answer for answer, label in workflow.answers.items() if answer != label}
    constraints = [
        known.model_copy(update={"sentence": quoted(known.sentence)})
        for known in workflow.constraints
    ]
    return WorkflowRecord(
        name=workflow.name, sha256=workflow.sha256, asked_as=asked_as, constraints=constraints
    )


def _measurements(state: Inspection) -> dict[str, object]:
    return {"alignment": state["placement"].model_dump()} if "placement" in state else {}
