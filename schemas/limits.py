"""What a workflow reports, looks closer at and decides by."""

from typing import Self

from pydantic import Field, model_validator

from foveal.schemas.base import Strict
from foveal.schemas.verdict import Verdict


class Limits(Strict):
    """Limits on probabilities: of a label to be sure of it, else that something is wrong. And on
    how much of a part must have been compared.

    A calibration that holds takes the place of `review`, and keeps `report_at` from exceeding it.
    Without one `review` begins at `report_at` where that is lower.
    """

    report_at: float = Field(
        default=0.5, ge=0, le=1, description="a finding from here on, on a part that does not pass"
    )
    sure_from: float = Field(
        default=0.8, ge=0, le=1, description="the model looks closer where no label is as probable"
    )
    review: tuple[float, float] = Field(
        default=(0.35, 0.65),
        description="below these a part passes, above it fails, between a person decides",
    )

    coverage: float = Field(
        default=0.9,
        ge=0,
        le=1,
        description="share of the part that its template must cover, or nothing passes; a search "
        "has that of its plan",
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        low, high = self.review
        if not 0 <= low <= high <= 1:
            raise ValueError(f"review {low, high} must be two rising numbers from 0 to 1")
        return self

    def listed_from(self, verdict: Verdict) -> float:
        """Of a part that passes nothing is listed but what could have kept it from passing."""
        return max(self.report_at, self.review[0]) if verdict == "pass" else self.report_at
