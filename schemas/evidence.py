from typing import Literal

from pydantic import Field

from foveal.schemas.base import Strict
from foveal.schemas.box import BoxPx
from foveal.schemas.image import ImageId
from foveal.schemas.view import View

Cover = Literal["grey", "surroundings", "reference"]
"""What a region's pixels are covered with; `reference` shows the template in the part's place."""


class ToolStep(Strict):
    """One tool call on the way from the original to the pixels shown."""

    tool: str
    result: str = Field(description="what it found, in one line")


class Evidence(Strict):
    """The exact pixels that a model saw, and what it answered about them."""

    name: str = Field(description="what the instructions called this picture, e.g. 'A'")
    view: View
    crop: ImageId = Field(description="hash of the pixels sent, in `images/` of the run")
    tools: list[ToolStep] = Field(description="chain of tools from the original to this view")
    model: str = Field(description="name and hash of the weights")
    cover: Cover | None = Field(default=None, description="what the region was covered with")
    hidden_px: BoxPx | None = Field(
        default=None, description="what the cover hides, in original pixels, where not all"
    )
    prompt: str = Field(description="SHA-256 of the instructions as sent")
    answers: dict[str, float] = Field(description="probability of each answer offered")
    guided: bool = Field(
        default=False,
        description="the model's server told the answer alone: it has 1, which is no probability",
    )
    thought: str | None = Field(
        default=None, description="what the model wrote before it answered; it proves nothing"
    )
