"""Makes events of what was judged, keeps them in the log, and prints each that is new."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from secrets import token_hex
from typing import Any, NamedTuple

from foveal.records.event_log import EventLog
from foveal.schemas.event import Event, EventKind
from foveal.schemas.finding import Finding
from foveal.schemas.report import Report
from foveal.tools.track import Tracked, Tracker
from foveal.watching.source import Candidate, Unreadable


class Counts(NamedTuple):
    """Of frames, so far."""

    frames: int
    judged: int
    dropped: int


@dataclass(frozen=True)
class Judged:
    """What a frame was found to show, and the run that shows it."""

    report: Report
    run: str
    head: str


@dataclass
class Telling:
    log: EventLog
    source: str
    counts: Callable[[], Counts]
    show: Callable[[Event], None]

    _tracker: Tracker = field(default_factory=Tracker)
    _labels: dict[str, str] = field(default_factory=dict)
    """Of each track under way."""

    def judged(self, candidate: Candidate, judged: Judged) -> None:
        """The verdict, then findings that are new, then those that are no longer there."""
        findings = judged.report.findings
        tracked = self._tracked(candidate, findings)
        shared = {"verdict": judged.report.verdict, "run": judged.run, "head": judged.head}
        surest = findings[0].label if findings else None
        told = {**shared, "reason": judged.report.reason, "label": surest}
        self._tell("verdict", candidate, **told)
        for track, finding in zip(tracked.ids, findings, strict=True):
            if track in tracked.begun:
                self._labels[track] = finding.label
                self._tell("finding", candidate, track=track, **shared, **_told(finding))
        self._end(tracked.ended, candidate)

    def empty(self, candidate: Candidate) -> None:
        """No part was there to be judged."""
        self._end(self._tracked(candidate, []).ended, candidate)

    def unjudged(self, frame: Candidate | Unreadable, error: str) -> None:
        self._tell("error", frame, reason=error)

    def finish(self, reason: str) -> None:
        """Nothing is watched any more."""
        self._end(self._tracker.end(), None)
        self._tell("summary", None, reason=reason)

    def _tracked(self, candidate: Candidate, findings: Sequence[Finding]) -> Tracked:
        boxes = [finding.box_px for finding in findings]
        pixels, passage = candidate.image.pixels, candidate.passage
        return self._tracker.update(boxes, pixels, passage, frame=candidate.frame)

    def _end(self, tracks: Sequence[str], frame: Candidate | None) -> None:
        for track in tracks:
            self._tell("ended", frame, track=track, label=self._labels.pop(track))

    def _tell(
        self,
        kind: EventKind,
        frame: Candidate | Unreadable | None,
        *,
        track: str | None = None,
        **told: Any,
    ) -> None:
        event = Event(
            id=self._id(kind, frame, track),
            kind=kind,
            time=datetime.now(UTC),
            source=self.source,
            frame=frame.frame if frame else None,
            taken=frame.taken if frame else None,
            source_time_s=frame.time_s if isinstance(frame, Candidate) else None,
            track=track,
            **self.counts()._asdict(),
            **told,
        )
        if self.log.append(event):
            self.show(event)

    def _id(self, kind: str, frame: Candidate | Unreadable | None, track: str | None) -> str:
        """The same where a frame is told of once more; a summary and an error are of one watch."""
        if kind in ("summary", "error"):
            return token_hex(16)
        told = "\n".join((self.log.name, kind, frame.frame if frame else "", track or ""))
        return sha256(told.encode()).hexdigest()[:32]


def _told(finding: Finding) -> dict[str, Any]:
    return {
        "label": finding.label,
        "box_px": finding.box_px,
        "confidence": finding.confidence,
        "size_mm": finding.size_mm,
        "reason": finding.why,
    }
