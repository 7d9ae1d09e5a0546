from pydantic import BaseModel

from foveal.schemas.image import ImageId
from foveal.schemas.report import Report

Row = tuple[float, float, float]


class Alignment(BaseModel):
    """The part of `measurements["alignment"]` that a page needs; the rest is shown as it stands."""

    comparable: bool = True
    reason: str = ""
    matrix: tuple[Row, Row, Row] | None = None
    """Template pixels → tested pixels."""

    aligned: ImageId | None = None
    """The template so moved, of which crops are cut."""


def alignment_of(report: Report) -> Alignment:
    return Alignment.model_validate(report.measurements.get("alignment", {}))
