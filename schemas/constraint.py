from typing import Any

from pydantic import Field

from foveal.schemas.base import Strict


class Constraint(Strict):
    """What to report and what not: a sentence for the model, a schema for the code."""

    sentence: str = Field(description="shown to the model in the constraints layer")
    finding: dict[str, Any] | None = Field(
        default=None,
        description="JSON Schema that each finding must satisfy; enforced by code after measuring",
    )
