from collections.abc import Iterator
from datetime import UTC, datetime
from logging import getLogger
from pathlib import Path
from threading import Event

from foveal.schemas.errors import BadSource
from foveal.tools.gate_settings import GateSettings
from foveal.tools.image import image_from
from foveal.tools.video_process import Shot, Video, VideoProcess
from foveal.watching.source import Candidate
from foveal.watching.urls import without_secrets

_FIRST_S, _LONGEST_S = 0.5, 30.0
"""Before a camera is called again, doubled each time."""

_log = getLogger(__name__)


class _Decoded:
    """Frames of a video, as a process of its own lets them through."""

    def __init__(self, video: Video) -> None:
        self._video = video
        self.name = video.name
        self.frames = self.damaged = 0
        self._process: VideoProcess | None = None
        self._closed = Event()

    def close(self) -> None:
        self._closed.set()
        if self._process is not None:
            self._process.end()

    def _shots(self) -> Iterator[Shot]:
        """Those that were let through, of one opening."""
        frames, damaged = self.frames, self.damaged
        self._process = VideoProcess(self._video)
        try:
            if self._closed.is_set():
                return
            for shot in self._process.shots():
                self.frames, self.damaged = frames + shot.frames, damaged + shot.damaged
                if shot.pixels is not None:
                    yield shot
        finally:
            self._process.end()


class VideoFile(_Decoded):
    is_live = False

    def __init__(self, path: Path, gate: GateSettings) -> None:
        super().__init__(Video(url=f"file:{path.resolve()}", name=str(path), gate=gate))
        self._stem = path.name

    def read(self, stop: Event) -> Iterator[Candidate]:
        for shot in self._shots():
            if stop.is_set():
                return
            name = f"{self._stem} frame {self.frames:06}"
            yield _candidate(shot, name)


class Camera(_Decoded):
    """Called again whenever it is lost; only where it never answered is that an error."""

    is_live = True

    def __init__(self, url: str, gate: GateSettings) -> None:
        super().__init__(Video(url=url, name=without_secrets(url), gate=gate))

    def read(self, stop: Event) -> Iterator[Candidate]:
        pause_s = _FIRST_S
        while not (stop.is_set() or self._closed.is_set()):
            before = self.frames
            try:
                for shot in self._shots():
                    taken = datetime.now(UTC)
                    yield _candidate(shot, f"{taken:%Y-%m-%dT%H-%M-%S.%fZ}", taken)
            except BadSource as error:
                if self.frames == 0:
                    raise
                _log.warning("%s", error)
            if self.frames > before:
                pause_s = _FIRST_S
            _log.warning("%s is lost; called again in %g s", self.name, pause_s)
            stop.wait(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_S)


def _candidate(shot: Shot, name: str, taken: datetime | None = None) -> Candidate:
    assert shot.pixels is not None
    image = image_from(shot.pixels, name)
    return Candidate(name, image, taken or datetime.now(UTC), shot.time_s, shot.passage)
