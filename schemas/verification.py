"""How findings are tested, and what came of it."""

from typing import Annotated

from pydantic import Field

from foveal.schemas.base import Strict
from foveal.schemas.evidence import Cover, Evidence


class Verification(Strict):
    """Each finding is put to the model as a claim: with its pixels there, and with them covered.

    It is supported where the claim holds with the pixels and falls under every cover.
    """

    confirm_from: float = Field(
        default=0.5, gt=0, le=1, description="probability of yes from which a claim holds"
    )
    votes: list[Annotated[float, Field(ge=0.1, le=4)]] = Field(
        default=[1.0, 0.85, 1.15],
        min_length=1,
        description="looks with the pixels there: sides shown, over the one that was judged",
    )
    swap_order: bool = Field(
        default=True, description="whether every other vote shows the tested part first"
    )
    wordings: int = Field(
        default=1, ge=1, description="ways in which votes put the claim, one after another"
    )
    covers: list[Cover] | None = Field(
        default=None,
        min_length=1,
        description="each is one more look; by default reference, or surroundings without one",
    )
    margin_px: int = Field(
        default=4, ge=0, description="covered around the region too, in original pixels"
    )

    def covers_for(self, *, compared: bool) -> list[Cover]:
        """Those that can be used, with or without a template.

        Where there is one it is what the model knows best: nothing differs. A patch does.
        """
        usual: list[Cover] = ["reference"] if compared else ["surroundings"]
        return [cover for cover in self.covers or usual if compared or cover != "reference"]

    def supports(self, *, claimed: float, covered: float) -> bool:
        return claimed >= self.confirm_from > covered


class Verified(Strict):
    """What became of a finding when it was tested."""

    claimed: float = Field(ge=0, le=1, description="mean probability of yes, over all votes")
    covered: float = Field(
        ge=0, le=1, description="highest probability of yes with the region covered"
    )
    supported: bool = Field(description="whether the claim holds, and only while it is uncovered")
    evidence: list[Evidence] = Field(description="the votes, then the looks at a covered region")
