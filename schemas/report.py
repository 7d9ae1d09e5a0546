from typing import Any

from pydantic import Field

from foveal.schemas.base import Strict
from foveal.schemas.calibration import Calibration
from foveal.schemas.constraint import Constraint
from foveal.schemas.decision import Decided
from foveal.schemas.finding import Finding
from foveal.schemas.image import ImageRecord
from foveal.schemas.verdict import Verdict


class ModelRecord(Strict):
    name: str
    revision: str = Field(
        description="SHA-256 over the weight files, or the hub revision; then, each after a '+', "
        "that of a LoRA adapter and the quantisation"
    )
    calibration: str | None = Field(
        default=None, description="what the confidences were calibrated on; null: uncalibrated"
    )


class WorkflowRecord(Strict):
    name: str
    sha256: str = Field(description="hash of the workflow as loaded, so a report names its rules")
    asked_as: dict[str, str] = Field(
        default_factory=dict,
        description="what the model knows each label as, where it was asked in another language",
    )
    constraints: list[Constraint] = Field(
        default_factory=list, description="all of them, whether any finding broke one or not"
    )


class Coverage(Strict):
    """Which share of the tested part was compared, and how finely."""

    share: float = Field(ge=0, le=1, description="area looked at over area of the tested image")
    mm_per_px: float | None = Field(default=None, gt=0)


class Usage(Strict):
    """What the run cost in model work, and what it found done already."""

    image_encodes: int = Field(default=0, ge=0, description="pictures encoded")
    cached_images: int = Field(default=0, ge=0, description="pictures shown without encoding")
    shrunk_images: int = Field(
        default=0,
        ge=0,
        description="pictures shown with fewer pixels than asked, because memory was short",
    )
    prefill_tokens: int = Field(default=0, ge=0, description="tokens of prompts read")
    cached_tokens: int = Field(default=0, ge=0, description="tokens of prompts recalled")
    new_tokens: int = Field(default=0, ge=0, description="tokens written")
    forward_passes: int = Field(default=0, ge=0, description="passes that writing took")
    model_calls: int = Field(default=0, ge=0, description="questions asked")
    cost: float = Field(
        default=0, ge=0, description="of tokens, at the prices that the workflow gives of a server"
    )

    def __add__(self, other: "Usage") -> "Usage":
        mine, its = self.model_dump(), other.model_dump()
        return Usage(**{name: mine[name] + its[name] for name in mine})


class Removed(Strict):
    """A finding that a constraint took out of the report, or a person."""

    finding: Finding
    constraint: str


class Report(Strict):
    """What a run says: verdict, findings with their pixels, and what it cost."""

    verdict: Verdict
    reason: str = Field(description="why this verdict, in one sentence")
    findings: list[Finding]
    removed: list[Removed] = Field(default_factory=list)
    images: list[ImageRecord]
    coverage: Coverage
    model: ModelRecord
    workflow: WorkflowRecord
    usage: Usage
    calibration: Calibration | None = Field(
        default=None, description="what confidences and verdict rest on; null: uncalibrated"
    )
    document: Any | None = Field(
        default=None, description="what the workflow asked to write; null: nothing, or refused"
    )
    facts: dict[str, Any] = Field(
        default_factory=dict, description="what was counted for the document"
    )
    sources: dict[str, str] = Field(
        default_factory=dict,
        description="JSON Pointer to a value of the document → JSON Pointer to what it states of "
        "this report; a text that states numbers has [from:to] in characters behind its own",
    )
    decided: Decided | None = Field(
        default=None, description="by a person, of a run that ended in review"
    )
    measurements: dict[str, Any] = Field(
        default_factory=dict, description="what the tools measured, e.g. the alignment found"
    )
