"""What an inspection learns on its way: hashes and small data, never pixels."""

from collections.abc import Sequence
from typing import Annotated, Self, get_args, get_type_hints

from pydantic import Field
from typing_extensions import TypedDict

from foveal.schemas.base import Strict
from foveal.schemas.box import Box, BoxPx
from foveal.schemas.evidence import Cover
from foveal.schemas.image import ImageId
from foveal.schemas.report import Coverage, Report, Usage
from foveal.schemas.view import View
from foveal.schemas.workflow import Looks
from foveal.tools.view import square_around


class Placement(Strict):
    """How the template was laid over the tested image."""

    matrix: list[list[float]] = Field(description="3 × 3, template pixels → tested pixels")
    motion: str
    residual_px: float
    agreement: float
    comparable: bool
    reason: str
    aligned: ImageId | None = Field(default=None, description="the template so laid over it")


class Region(Strict):
    """A place that differs, and by how much the aligned template is off there."""

    box_px: BoxPx = Field(description="in the tested image")
    shift_px: tuple[int, int] = Field(default=(0, 0), description="moves the template onto it")
    changed_px: int | None = Field(default=None, description="None where no tool compared pixels")
    size_px: int | None = Field(
        default=None, description="longest side as the model drew it, where no tool can measure"
    )

    def surroundings(self, around: float, looks: Looks, *, within: tuple[int, int]) -> Box:
        """The square to show, `around` times as wide as its longest side, inside such an image.

        A small region is shown with more around it, at each scale as much more.
        """
        longest = max(self.box_px.width, self.box_px.height)
        usual = max(looks.least_side_px, looks.around * longest)
        side = round(usual * around / looks.around)
        return square_around(self.box_px, side=side, within=within)

    def on_template(self, box: Box, size: tuple[int, int]) -> Box:
        """Where the aligned template, of (width, height), shows what is in `box` on the tested."""
        there = box.shifted(-self.shift_px[0], -self.shift_px[1])
        dx = max(0, -there.x1) - max(0, there.x2 - size[0])
        dy = max(0, -there.y1) - max(0, there.y2 - size[1])
        return there.shifted(dx, dy)


class Shown(Strict):
    """A picture that the model was shown."""

    name: str
    view: View
    crop: ImageId = Field(description="hash of the pixels sent")


class Look(Strict):
    """One question about a place: the pictures shown with it, and what was answered."""

    pictures: list[Shown]
    prompt: str = Field(description="SHA-256 of the instructions as sent")
    answers: dict[str, float] = Field(description="empty where nothing was offered")
    guided: bool = Field(default=False, description="the answer alone was told, not how sure it is")
    thought: str | None = Field(default=None, description="what the model wrote before it answered")
    cover: Cover | None = Field(default=None, description="over the region on the tested part")
    hidden_px: BoxPx | None = Field(default=None, description="what it hides, where not all")


class Hint(Strict):
    """Where the scout would look first, and why, in the model's words."""

    box_px: BoxPx
    why: str


class Sighting(Strict):
    """A view that a search showed the model, and what it made of it."""

    box_px: BoxPx
    answers: dict[str, float] = Field(
        description="probability of each label; empty where the model looked by its own tools"
    )
    thought: str | None = Field(default=None, description="what the model wrote before it answered")

    def wrong(self, harmless: str) -> float:
        """Probability that something is wrong, 0 to 1."""
        return max(0.0, 1 - self.answers[harmless])


class Judgement(Strict):
    """What the model makes of a region after one or more looks."""

    region: Region
    probabilities: dict[str, float] = Field(description="of each label, over all looks")
    looks: list[Look]

    @classmethod
    def over(cls, region: Region, looks: Sequence[Look]) -> Self:
        """The mean of what was answered."""
        labels = looks[0].answers
        mean = {label: sum(look.answers[label] for look in looks) / len(looks) for label in labels}
        return cls(region=region, probabilities=mean, looks=list(looks))

    def wrong(self, harmless: str) -> float:
        """Probability that something is wrong, 0 to 1, as the model says."""
        return max(0.0, 1 - self.probabilities[harmless])

    @property
    def is_one_guided_look(self) -> bool:
        """Which tells an answer and not how sure it is; of several, the share that agree does."""
        return len(self.looks) == 1 and self.looks[0].guided


class Claim(Strict):
    """That a label fits a region."""

    region: Region
    label: str


class Trial(Strict):
    """A claim put to the test."""

    claim: Claim
    looks: list[Look] = Field(description="answered yes or no, uncovered ones first")

    @property
    def claimed(self) -> float:
        """Mean probability of yes with the pixels there."""
        votes = [look.answers["yes"] for look in self.looks if look.cover is None]
        return sum(votes) / len(votes)

    @property
    def covered(self) -> float:
        """The highest with the region covered."""
        return max(look.answers["yes"] for look in self.looks if look.cover is not None)


class Inspection(TypedDict, total=False):
    """State of all graphs, whether or not a template is there to compare with."""

    template: ImageId
    tested: ImageId
    """The part that is inspected; without a template where there is none."""

    placement: Placement
    aligned: ImageId
    coverage: Coverage
    hints: list[Hint]
    views: list[Sighting]
    stopped: str
    """Why a search that the model drives ended before the model was done."""

    regions: list[Region]
    judgements: list[Judgement]
    trials: list[Trial]
    obstacle: str
    """Why a person must look, whatever was found."""

    report: Report
    usage: Annotated[Usage, Usage.__add__]


STATE_TYPES = frozenset(
    kind
    for hint in get_type_hints(Inspection).values()
    for kind in (get_args(hint) or (hint,))
    if issubclass(kind, Strict)
)
"""What a state is made of, besides plain data."""
