"""From judgements to what may be wrong: named, measured, with the pixels that show it."""

from foveal.agents.context import Context
from foveal.agents.inspection import Inspection, Judgement, Region
from foveal.agents.suspicion import confidence, likeliest_defect, may_be_wrong
from foveal.graphs.nodes.evidence import evidence_of
from foveal.schemas.finding import Finding
from foveal.schemas.verification import Verified
from foveal.schemas.workflow import Workflow
from foveal.tools.image import Image, image_from
from foveal.tools.measure import Measure, measure
from foveal.tools.merge import same
from foveal.tools.view import cut

_CONTEXT_PX = 32
"""Left around a region when it is measured, so that unchanged pixels set the exposure."""


def suspects_of(state: Inspection, context: Context) -> list[Finding]:
    """Regions to report, and those that a person must look at instead; surest first."""
    suspects = [
        _finding(judgement, state, context)
        for judgement in state.get("judgements", [])
        if may_be_wrong(judgement, context)
    ]
    return sorted(suspects, key=lambda suspect: -suspect.confidence)


def _finding(judgement: Judgement, state: Inspection, context: Context) -> Finding:
    workflow = context.workflow
    label = likeliest_defect(judgement, workflow)
    return Finding(
        label=label,
        box_px=judgement.region.box_px,
        size_mm=_size_mm(judgement, state, context),
        confidence=confidence(judgement, context),
        why=_why(label, judgement, workflow) + _scouted(judgement.region, state),
        evidence=evidence_of(judgement.region, judgement.looks, state, context=context),
        verification=_verified(judgement.region, state, context),
    )


def _verified(region: Region, state: Inspection, context: Context) -> Verified | None:
    """None where it was not tested."""
    trial = next((known for known in state.get("trials", []) if known.claim.region == region), None)
    settings = context.workflow.verification
    if trial is None or settings is None:
        return None
    return Verified(
        claimed=trial.claimed,
        covered=trial.covered,
        supported=settings.supports(claimed=trial.claimed, covered=trial.covered),
        evidence=evidence_of(region, trial.looks, state, context=context),
    )


def _why(label: str, judgement: Judgement, workflow: Workflow) -> str:
    meaning = next(known.meaning for known in workflow.labels if known.name == label)
    looks = len(judgement.looks)
    seen = f"seen in {looks} look{'s' if looks > 1 else ''}"
    changed = judgement.region.changed_px
    differs = "" if changed is None else f"{changed} px differ from the template, "
    return f"{label}: {meaning}; {differs}{seen}"


def _scouted(region: Region, state: Inspection) -> str:
    """What the scout said of the place, before anything was seen close."""
    said = [hint.why for hint in state.get("hints", []) if same(hint.box_px, region.box_px)]
    return f"; the scout said: {', '.join(said)}" if said else ""


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
