from typing import Self

from pydantic import Field, model_validator

from foveal.schemas.base import Strict


class Limit(Strict):
    """A limit on a part's score, and the rate it was chosen to keep."""

    score: float = Field(ge=0, le=1)
    rate: float = Field(gt=0, lt=1, description="expected share on the wrong side, at most")
    wrong: int = Field(ge=0, description="of the parts below, how many are on the wrong side")
    parts: int = Field(ge=1, description="labelled parts that it was chosen from")


class Reliability(Strict):
    """Regions of about one confidence: how often something was wrong with them."""

    confidence: float = Field(ge=0, le=1, description="their mean")
    wrong: float = Field(ge=0, le=1, description="share of them")
    regions: int = Field(ge=1)


class Rates(Strict):
    """What a limit at this score would do to the labelled parts."""

    score: float = Field(ge=0, le=1)
    escape: float = Field(ge=0, le=1, description="share of defective parts below it")
    overkill: float = Field(ge=0, le=1, description="share of good parts from it on")


class Calibration(Strict):
    """What `foveal calibrate` writes: it makes confidences and verdicts hold on labelled parts.

    A part's score is the highest confidence among its regions, 0 where nothing differs.
    """

    temperature: float = Field(ge=0.05, le=100, description="divides the logits of the answers")
    shift: float = Field(ge=-50, le=50, description="then added to the logit of the harmless label")
    regions: int = Field(ge=1, description="that these two were fitted on")
    pass_below: Limit
    fail_from: Limit = Field(description="between the two, a person decides")
    fitted_on: str = Field(description="the labelled data, so a reader can judge whether it fits")
    model: str
    revision: str = Field(min_length=1, description="of the model it holds for")
    rules: dict[str, str] = Field(description="hash of each part of the workflow it depends on")
    reliability: list[Reliability]
    rates: list[Rates]

    @model_validator(mode="after")
    def _limits_rise(self) -> Self:
        if self.pass_below.score > self.fail_from.score:
            raise ValueError(
                f"pass_below {self.pass_below.score} is above fail_from {self.fail_from.score}"
            )
        return self
