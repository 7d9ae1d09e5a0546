from typing import Any

from pydantic import Field

from foveal.schemas.base import Strict
from foveal.schemas.text import Text


class Constraint(Strict):
    """What to report and what not: a sentence for the model, a schema for the code."""

    sentence: Text = Field(
        description="shown to the model in the constraints layer; one text, or one by language"
    )
    finding: dict[str, Any] | None = Field(
        default=None,
        description="JSON Schema that each finding must satisfy; enforced by code after measuring",
    )
