from foveal.schemas.errors import BadWorkflow
from foveal.schemas.workflow import Scale


def length_px(text: str, scale: Scale | None) -> float:
    """`0.2mm` where the scale of the workflow is known, or `6px`. Raises BadWorkflow."""
    number, unit = text[:-2], text[-2:]
    try:
        value = float(number)
    except ValueError:
        value = -1.0
    if unit not in ("px", "mm") or not 0 <= value < float("inf"):
        raise BadWorkflow(f"{text!r} is no length", fix="give one such as 6px or 0.2mm")
    if unit == "px":
        return value
    if scale is None:
        raise BadWorkflow(
            f"{text!r} is in millimetres, and the workflow has no scale",
            fix="give it in px, or add scale: {px_per_mm: …} to the workflow",
        )
    return value * scale.px_per_mm
