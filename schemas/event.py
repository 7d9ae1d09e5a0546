from datetime import datetime
from typing import Literal

from pydantic import Field

from foveal.schemas.base import Strict
from foveal.schemas.box import BoxPx
from foveal.schemas.verdict import Verdict

EventKind = Literal["verdict", "finding", "ended", "error", "summary"]
"""What became of a frame, a finding when it is first seen and when it is no longer there, a frame
that could not be judged, and what became of all.
"""


class Event(Strict):
    """Something that a watch tells. Sinks may get it twice, under the same id."""

    id: str = Field(description="the same when it is sent again, and of no other event")
    kind: EventKind
    time: datetime = Field(description="when it was told, UTC")
    source: str = Field(description="what is watched, without passwords")
    frame: str | None = Field(default=None, description="name of the frame or picture; null: none")
    taken: datetime | None = Field(default=None, description="when the frame was read, UTC")
    source_time_s: float | None = Field(
        default=None, description="of the frame in its video or stream; null: it has none"
    )
    verdict: Verdict | None = Field(default=None, description="on the frame")
    reason: str | None = Field(default=None, description="why this verdict, or what went wrong")
    track: str | None = Field(
        default=None, description="of a finding; the same as long as it is followed"
    )
    label: str | None = Field(
        default=None, description="of the finding; with a verdict that of the surest one"
    )
    box_px: BoxPx | None = Field(default=None, description="in the frame where it was first seen")
    confidence: float | None = Field(default=None, ge=0, le=1)
    size_mm: float | None = Field(default=None, ge=0)
    run: str | None = Field(
        default=None, description="folder of the run that shows the pixels, seen from the output"
    )
    head: str | None = Field(default=None, description="of that run's ledger, for `foveal verify`")
    frames: int = Field(ge=0, description="read so far")
    judged: int = Field(ge=0, description="let through and judged so far")
    dropped: int = Field(ge=0, description="let through but not judged so far: the model was busy")

    def as_line(self) -> str:
        """Of JSON Lines, without what does not apply."""
        return f"{self.model_dump_json(exclude_none=True)}\n"
