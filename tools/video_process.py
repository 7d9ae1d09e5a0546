"""A process that watches a video, seen from the one that judges what its gate lets through."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from io import BufferedReader
from typing import Any, NamedTuple

import numpy as np

from foveal.schemas.errors import BadSource
from foveal.tools.deadline import Deadline
from foveal.tools.gate import Passage
from foveal.tools.gate_settings import GateSettings
from foveal.tools.image import Pixels
from foveal.tools.picture_file import MAX_PIXELS

_START = """
import sys
sys.path[:] = sys.argv[2:]
from foveal.tools.video_worker import serve
serve(int(sys.argv[1]))
"""

_MEMORY_BYTES = 4 * 2**30
"""Address space, most of which FFmpeg's and OpenCV's libraries take; on Linux only."""

_SILENT_S = 30.0
"""Without a message, while one is waited for, it is taken to hang."""


@dataclass(frozen=True, kw_only=True)
class Video:
    """What to watch; the address may hold a password, the name does not."""

    url: str = field(repr=False)
    name: str
    gate: GateSettings = field(default_factory=GateSettings)
    max_pixels: int = MAX_PIXELS


class Shot(NamedTuple):
    """A frame that was let through, or none where only the counts are told."""

    frames: int
    """Read so far."""

    damaged: int
    """Packets that could not be decoded so far."""

    time_s: float | None = None
    pixels: Pixels | None = None
    passage: Passage | None = None


class VideoProcess:
    """Read by one thread; another may end it. Where no one reads it waits, and drops nothing."""

    def __init__(self, video: Video) -> None:
        self._video = video
        command = [sys.executable, "-I", "-c", _START, str(_MEMORY_BYTES), *sys.path]
        self._process = subprocess.Popen(  # noqa: S603 - this Python, and nothing a caller gave
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._is_read = self._is_ended = False

    def shots(self) -> Iterator[Shot]:
        """Until the video ends or `end` is called. Raises BadSource."""
        self._is_read = True
        with self._messages:
            yield from self._told()

    def end(self) -> None:
        self._is_ended = True
        self._process.kill()
        self._process.wait()
        if not self._is_read:  # else the thread that reads closes it, which must not be taken away
            self._messages.close()

    def _told(self) -> Iterator[Shot]:
        self._ask()
        while (head := self._head()) is not None:
            if "what" in head:
                raise BadSource(head["what"], fix=head["fix"])
            shot = self._shot(head)
            if shot is not None:
                yield shot
            if "end" in head:
                return
            if shot is None:
                break
        if not self._is_ended:
            raise self._refused("crashed its decoder")

    def _ask(self) -> None:
        """By the pipe: a password among the arguments could be read by every user."""
        video = self._video
        request = {
            "url": video.url,
            "name": video.name,
            "max_pixels": video.max_pixels,
            "gate": asdict(video.gate),
        }
        requests = self._process.stdin
        assert requests is not None
        with suppress(BrokenPipeError):  # where it ended, there is no message either
            requests.write(json.dumps(request).encode() + b"\n")
            requests.close()

    def _head(self) -> dict[str, Any] | None:
        with Deadline(_SILENT_S, self._process.kill) as deadline:
            line = self._messages.readline()
        if deadline.passed:
            raise self._refused(f"sent nothing for {_SILENT_S:g} s")
        if not line.endswith(b"\n"):
            return None
        head: dict[str, Any] = json.loads(line)
        return head

    def _shot(self, head: dict[str, Any]) -> Shot | None:
        frames, damaged = head["frames"], head["damaged"]
        if "shape" not in head:
            return Shot(frames, damaged)
        pixels, swept = self._array(head["shape"]), self._array(head["cells"])
        if pixels is None or swept is None:
            return None
        carried = head["carried"]
        passage = Passage(None if carried is None else (carried[0], carried[1]), swept)
        return Shot(frames, damaged, head["time_s"], _greyed(pixels), passage)

    def _array(self, shape: Sequence[int]) -> Pixels | None:
        array = np.empty(shape, np.uint8)
        whole = self._messages.readinto(array.data.cast("B")) == array.size
        return array if whole else None

    @property
    def _messages(self) -> BufferedReader:
        assert isinstance(self._process.stdout, BufferedReader)
        return self._process.stdout

    def _refused(self, what: str) -> BadSource:
        return BadSource(f"{self._video.name!r} {what}", fix="check it, and play it elsewhere")


def _greyed(pixels: Pixels) -> Pixels:
    """One channel where none has a colour, as grey cameras are encoded."""
    if pixels.ndim == 3 and not np.ptp(pixels, axis=2).any():
        return np.ascontiguousarray(pixels[..., 0])
    return pixels
