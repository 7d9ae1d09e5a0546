import numpy as np
from langgraph.runtime import Runtime

from foveal.agents.context import Context, Gallery
from foveal.agents.inspection import Inspection, Placement
from foveal.schemas.image import ImageId
from foveal.schemas.report import Coverage
from foveal.schemas.workflow import Workflow
from foveal.tools.align import Alignment, warp
from foveal.tools.align import align as align_images
from foveal.tools.image import image_from
from foveal.tools.propose import compared


def align(state: Inspection, runtime: Runtime[Context]) -> Inspection:
    """Lay the template over the tested image, so that equal places have equal coordinates."""
    context = runtime.context
    template, tested = (context.gallery[state[name]] for name in ("template", "tested"))
    found = align_images(template.pixels, tested.pixels)
    placement = _placement(found)
    if not found.comparable:
        context.recorder.append("align", **placement.model_dump())
        return {
            "placement": placement,
            "coverage": _coverage(0.0, context.workflow),
            "obstacle": f"not comparable: {found.reason}",
        }
    aligned = lay_over(state, placement, context.gallery)
    placement = placement.model_copy(update={"aligned": aligned})
    context.recorder.append("align", **placement.model_dump())
    context.recorder.image(aligned, context.gallery[aligned].pixels)
    return {
        "placement": placement,
        "aligned": aligned,
        "coverage": _coverage(
            float(compared(context.gallery.valid(aligned)).mean()), context.workflow
        ),
    }


def lay_over(state: Inspection, placement: Placement, gallery: Gallery) -> ImageId:
    """Adds the template as the tested image shows it; the same pixels whenever it is called."""
    template, tested = (gallery[state[name]] for name in ("template", "tested"))
    pixels, valid = warp(template.pixels, np.array(placement.matrix), size=tested.size)
    return gallery.add_moved(image_from(pixels, template.source), valid=valid)


def can_compare(state: Inspection) -> str:
    return "aligned" if state["placement"].comparable else "cannot compare"


def _placement(found: Alignment) -> Placement:
    return Placement(
        matrix=found.matrix.tolist(),
        motion=found.motion,
        residual_px=found.residual_px,
        agreement=found.agreement,
        comparable=found.comparable,
        reason=found.reason,
    )


def _coverage(share: float, workflow: Workflow) -> Coverage:
    scale = workflow.scale
    return Coverage(share=share, mm_per_px=1 / scale.px_per_mm if scale else None)
