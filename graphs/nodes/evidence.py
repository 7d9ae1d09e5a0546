"""The looks at a region as a report cites them, with the tools that led to each picture."""

from collections.abc import Iterator, Sequence

from foveal.agents.context import Context
from foveal.agents.inspection import Inspection, Look, Placement, Region, Shown
from foveal.schemas.box import Box
from foveal.schemas.evidence import Evidence, ToolStep


def evidence_of(
    region: Region, looks: Sequence[Look], state: Inspection, *, context: Context
) -> list[Evidence]:
    return [
        _evidence(picture, look, list(_steps(picture, look, region, state)), context=context)
        for look in looks
        for picture in look.pictures
    ]


def _evidence(picture: Shown, look: Look, steps: list[ToolStep], *, context: Context) -> Evidence:
    is_covered = look.cover is not None and picture == look.pictures[-1]
    return Evidence(
        name=picture.name,
        view=picture.view,
        crop=picture.crop,
        tools=steps,
        cover=look.cover if is_covered else None,
        hidden_px=look.hidden_px if is_covered else None,
        model=f"{context.model.name} {context.model.revision}",
        prompt=look.prompt,
        answers=look.answers,
        guided=look.guided,
        thought=look.thought,
    )


def _steps(picture: Shown, look: Look, region: Region, state: Inspection) -> Iterator[ToolStep]:
    is_moved = picture.view.image != state["tested"]
    if "placement" in state and is_moved:
        yield ToolStep(tool="align", result=_motion(state["placement"]))
    if region.changed_px is not None:
        yield ToolStep(tool="propose", result=f"{region.changed_px} px changed")
        if is_moved:
            dx, dy = region.shift_px
            yield ToolStep(tool="register", result=f"moved by {dx}, {dy} px")
    if look.cover is not None and picture == look.pictures[-1]:
        yield ToolStep(tool="cover", result=_covered(look))
    if _is_likened(look) and picture != look.pictures[-1]:
        yield ToolStep(tool="alike", result=f"most like {_place(look.pictures[-1].view.box_px)}")
    view = picture.view
    (width, height), box = view.upright_px, view.box_px
    yield ToolStep(tool="cut", result=f"{box.width}×{box.height} → {width}×{height} px")
    if view.quarter_turns:
        yield ToolStep(tool="turn", result=f"{90 * view.quarter_turns}° anticlockwise")


def _is_likened(look: Look) -> bool:
    """Whether both pictures are of one image."""
    return len({picture.view.image for picture in look.pictures}) < len(look.pictures)


def _motion(placement: Placement) -> str:
    return f"{placement.motion}, edges within {placement.residual_px:.2f} px"


def _covered(look: Look) -> str:
    if look.hidden_px is None:
        return f"{look.cover} in its place"
    return f"{look.cover} over {_place(look.hidden_px)}"


def _place(box: Box) -> str:
    x1, y1, x2, y2 = box
    return f"x {x1}–{x2}, y {y1}–{y2}"
