"""From judgements to what may be wrong: named, measured, with the pixels that show it."""

from foveal.agents.calibration import calibrated, calibration_for, decision_for
from foveal.agents.context import Context
from foveal.agents.inspection import Inspection, Judgement, Region
from foveal.graphs.nodes.evidence import evidence_of
from foveal.schemas.finding import Finding
from foveal.schemas.workflow import Decision, Workflow
from foveal.tools.image import Image, image_from
from foveal.tools.measure import Measure, measure
from foveal.tools.view import cut

_CONTEXT_PX = 32
"""Left around a region when it is measured, so that unchanged pixels set the exposure."""


def suspects_of(state: Inspection, context: Context) -> list[Finding]:
    """Regions to report, and those that a person must look at instead; surest first."""
    decision = decision_for(context.model, context.workflow)
    suspects = [
        _finding(judgement, state, context)
        for judgement in state.get("judgements", [])
        if _may_be_wrong(_confidence(judgement, context), decision)
    ]
    return sorted(suspects, key=lambda suspect: -suspect.confidence)


def _may_be_wrong(probability: float, decision: Decision) -> bool:
    return probability >= min(decision.report_at, decision.review[0])


def _confidence(judgement: Judgement, context: Context) -> float:
    wrong = judgement.wrong(context.workflow.harmless)
    return calibrated(wrong, calibration_for(context.model, context.workflow))


def _finding(judgement: Judgement, state: Inspection, context: Context) -> Finding:
    workflow = context.workflow
    label = _likeliest_defect(judgement, workflow)
    return Finding(
        label=label,
        box_px=judgement.region.box_px,
        size_mm=_size_mm(judgement, state, context),
        confidence=_confidence(judgement, context),
        why=_why(label, judgement, workflow),
        evidence=evidence_of(judgement, state, context),
    )


def _likeliest_defect(judgement: Judgement, workflow: Workflow) -> str:
    return max(workflow.defects, key=judgement.probabilities.__getitem__)


def _why(label: str, judgement: Judgement, workflow: Workflow) -> str:
    meaning = next(known.meaning for known in workflow.labels if known.name == label)
    looks = len(judgement.looks)
    seen = f"seen in {looks} look{'s' if looks > 1 else ''}"
    changed = judgement.region.changed_px
    differs = "" if changed is None else f"{changed} px differ from the template, "
    return f"{label}: {meaning}; {differs}{seen}"


def _size_mm(judgement: Judgement, state: Inspection, context: Context) -> float | None:
    """None without a scale, or where nothing was measured or drawn."""
    scale, region = context.workflow.scale, judgement.region
    if scale is None:
        return None
    size_px: float | None = region.size_px
    if "aligned" in state:
        template, tested = (context.gallery[state[name]] for name in ("aligned", "tested"))
        size_px = _changed_px(region, template, tested)
    return None if size_px is None else round(size_px / scale.px_per_mm, 3)


def _changed_px(region: Region, template: Image, tested: Image) -> float | None:
    """Longest side of what changed in the region, with the template moved onto it."""
    around = region.box_px.grown(_CONTEXT_PX).clipped(tested.size)
    there = region.on_template(around, template.size)
    size = (around.width, around.height)
    crops = {
        "A": image_from(cut(template, there, size=size).pixels, template.source),
        "B": image_from(cut(tested, around, size=size).pixels, tested.source),
    }
    inside = region.box_px.shifted(-around.x1, -around.y1)
    measured = measure(Measure(image="B", reference="A", box=inside), crops)
    return None if measured is None else measured.size_px
