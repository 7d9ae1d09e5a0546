"""How a part is searched where no template says what to look at."""

from typing import Literal, Self

from pydantic import Field, model_validator

from foveal.schemas.base import Strict

Searcher = Literal["search", "model"]


class SearchPlan(Strict):
    """Which views of a part the model is shown where no template says what to look at."""

    by: Searcher = Field(
        default="search",
        description="who looks: a search in fixed order, or the model by its tools",
    )
    most_calls: int = Field(default=12, ge=1, description="of tools, where the model looks")
    call_tokens: int = Field(
        default=96, ge=1, description="that the model may write for each, besides its thought"
    )
    scout: bool = Field(
        default=False, description="whether the model says first where a search should begin"
    )
    overview_px: int = Field(
        default=256, ge=32, description="longest side of the whole part as it is first shown"
    )
    recognised_from: float = Field(
        default=0.9,
        ge=0,
        le=1,
        description="below this probability that the picture shows the subject, a person decides",
    )
    side_px: int = Field(default=80, ge=16, description="of the finest views, in original pixels")
    overlap: float = Field(default=0.4, ge=0, lt=1, description="that neighbours share, of a side")
    levels: int = Field(
        default=1, ge=1, le=8, description="each coarser level shows twice the side; 1 is a grid"
    )
    divide_at: float = Field(
        default=0.1, ge=0, le=1, description="a coarse view as probably wrong is looked at closer"
    )
    list_at: float = Field(
        default=0.3, ge=0, le=1, description="in a fine view as probably wrong places are listed"
    )
    margin_px: int = Field(
        default=7, ge=0, description="left around what is listed, as proposals leave it"
    )
    most_views: int = Field(default=1000, ge=1, description="shown, the most suspicious first")
    coverage: float = Field(
        default=0.99, ge=0, le=1, description="share of the part below which nothing passes"
    )

    @model_validator(mode="after")
    def _scouts_for_a_search(self) -> Self:
        if self.scout and self.by == "model":
            raise ValueError(
                "scout must be left out where the model looks: it begins where it likes"
            )
        return self


def named(plan: object) -> object:
    """`plan: model` in a workflow file."""
    return {"by": plan} if isinstance(plan, str) else plan
