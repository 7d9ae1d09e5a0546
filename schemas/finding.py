from pydantic import Field

from foveal.schemas.base import Strict
from foveal.schemas.box import BoxPx
from foveal.schemas.evidence import Evidence
from foveal.schemas.verification import Verified


class Finding(Strict):
    """Something wrong, where it is, and the pixels that show it."""

    label: str
    box_px: BoxPx = Field(description="in original pixels of the tested image")
    size_mm: float | None = Field(
        default=None,
        ge=0,
        description="where the scale is known: longest side of what changed against a template, "
        "else of the box that the model drew",
    )
    confidence: float = Field(
        ge=0,
        le=1,
        description="probability; where the evidence is guided, the share of looks that agree",
    )
    why: str = Field(default="", description="one sentence a reader can check against the crops")
    evidence: list[Evidence]
    verification: Verified | None = Field(default=None, description="null: it was not tested")
