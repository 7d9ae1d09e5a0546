from datetime import datetime
from typing import Literal

from pydantic import Field

from foveal.schemas.base import Strict

Choice = Literal["accept", "reject", "relabel"]
"""`accept`: the part is defective as found; `reject`: nothing is wrong; `relabel`: accepted, with
other labels."""


class Decision(Strict):
    """What a person said of a run that ended in review."""

    choice: Choice
    labels: dict[int, str] = Field(
        default_factory=dict, description="label of a finding by its number, from 1, as relabelled"
    )
    by: str = Field(min_length=1, description="who decided")
    reason: str = Field(min_length=1)
    at: datetime


class Decided(Strict):
    """A decision, and what it was about."""

    decision: Decision
    was: str = Field(description="why a person had to look")
