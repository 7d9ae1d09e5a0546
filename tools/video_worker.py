"""What a watching process runs: it decodes a video and sends the frames that its gate lets through.

The request is a line of JSON. Each message is one too, with what was read so far; pixels and cells
follow where it has a `shape`. FFmpeg may open nothing but what was asked for: a playlist in a file
leads nowhere.
"""

import json
import signal
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from foveal.schemas.errors import BadSource
from foveal.tools.decoding_worker import limit_memory

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import InputContainer
    from numpy.typing import NDArray

    from foveal.tools.gate import Passage
    from foveal.tools.image import Pixels

PROTOCOLS = {
    "file": "file",
    "http": "http,tcp",
    "https": "https,tls,tcp",
    "rtp": "rtp,udp",
    "rtsp": "rtsp,rtp,udp,tcp",
    "rtsps": "rtsps,rtsp,rtp,udp,tcp,tls",
    "tcp": "tcp",
    "udp": "udp",
}
"""What FFmpeg may use for an address that begins so."""

_FORMATS = "mov,matroska,avi,mpegts,mpeg,flv,asf,mxf,ogg,h264,hevc,mjpeg,mpjpeg,rtsp,rtp"

_PATIENCE_S = 10.0
"""For a camera to answer, and to send its next frame."""

_BEAT_S = 1.0
_MOST_GAP_S = 10.0

_LUMA_FIRST = ("yuv4", "yuvj4", "nv12", "nv21", "gray")
"""Pixel formats whose first plane is brightness, where a sample has eight bits."""


def serve(memory_bytes: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this one
    request = json.loads(sys.stdin.buffer.readline())
    import cv2

    cv2.setNumThreads(1)
    limit_memory(memory_bytes)
    try:
        _Watched(request).send_all()
    except BadSource as error:
        _send({"what": error.what, "fix": error.fix})


class _Watched:
    def __init__(self, request: dict[str, Any]) -> None:
        from foveal.tools.gate import Gate
        from foveal.tools.gate_settings import GateSettings

        self._url: str = request["url"]
        self._name: str = request["name"]
        self._max_pixels: int = request["max_pixels"]
        self._gate = Gate(GateSettings(**request["gate"]))
        self._clock_s = 0.0
        self._last_s: float | None = None
        self._frames = self._damaged = 0
        self._sent_at = time.monotonic()

    def send_all(self) -> None:
        import av

        try:
            with self._opened() as container:
                for frame in self._decoded(container):
                    self._look(frame)
        except (OSError, av.FFmpegError) as error:
            raise self._refused(f"cannot be read ({error.strerror})") from error
        if not self._frames:
            raise self._refused("holds no frame that can be decoded")
        self._tell({"end": True})

    def _opened(self) -> "InputContainer":
        import av

        protocols = PROTOCOLS[self._url.partition(":")[0]]
        options = {"protocol_whitelist": protocols, "format_whitelist": _FORMATS}
        if not protocols.startswith("file"):
            options |= {"fflags": "nobuffer", "rtsp_transport": "tcp"}
        return av.open(self._url, container_options=options, timeout=_PATIENCE_S)

    def _decoded(self, container: "InputContainer") -> "Iterator[VideoFrame]":
        """A packet that is damaged costs its frames, and is counted."""
        import av

        if not container.streams.video:
            raise self._refused("shows no picture")
        stream = container.streams.video[0]
        self._check_size(stream.width, stream.height)
        for packet in container.demux(stream):
            try:
                yield from packet.decode()
            except av.error.InvalidDataError:
                self._damaged += 1

    def _check_size(self, width: int, height: int) -> None:
        if width * height > self._max_pixels:
            raise self._refused(f"has frames of {width} × {height} pixels")

    def _look(self, frame: "VideoFrame") -> None:
        self._check_size(frame.width, frame.height)
        self._frames += 1
        time_s = self._advance(frame)
        passage = self._gate.look(_luma(frame), self._clock_s)
        if passage is not None:
            self._send_frame(frame, passage, time_s)
        elif time.monotonic() - self._sent_at > _BEAT_S:
            self._tell({})

    def _advance(self, frame: "VideoFrame") -> float:
        """By the frame's own time, unless it has none, goes back or leaps."""
        time_s = _time_s(frame)
        step = None if time_s is None or self._last_s is None else time_s - self._last_s
        self._clock_s += step if step is not None and 0 <= step < _MOST_GAP_S else 0.04
        self._last_s = time_s
        return self._clock_s if time_s is None else time_s

    def _send_frame(self, frame: "VideoFrame", passage: "Passage", time_s: float) -> None:
        pixels = frame.to_ndarray(format="gray" if _is_grey(frame) else "rgb24")
        head = {
            "shape": pixels.shape,
            "cells": passage.swept.shape,
            "carried": passage.carried,
            "time_s": time_s,
        }
        self._tell(head, pixels, passage.swept)

    def _tell(self, head: dict[str, Any], *arrays: "NDArray[Any]") -> None:
        self._sent_at = time.monotonic()
        _send({**head, "frames": self._frames, "damaged": self._damaged}, *arrays)

    def _refused(self, what: str) -> BadSource:
        return BadSource(f"{self._name!r} {what}", fix="check the address, and play it elsewhere")


def _time_s(frame: "VideoFrame") -> float | None:
    """PyAV's annotations leave out that it may be None."""
    return frame.time


def _is_grey(frame: "VideoFrame") -> bool:
    return frame.format.name.startswith("gray")


def _luma(frame: "VideoFrame") -> "Pixels":
    import numpy as np

    bits = frame.format.components[0].bits
    if bits != 8 or not frame.format.name.startswith(_LUMA_FIRST):
        return np.asarray(frame.to_ndarray(format="gray"), np.uint8)
    plane = frame.planes[0]
    rows: Pixels = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return rows[: frame.height, : frame.width]


def _send(head: dict[str, Any], *arrays: "NDArray[Any]") -> None:
    messages = sys.stdout.buffer
    messages.write(json.dumps(head).encode() + b"\n")
    for array in arrays:
        messages.write(array.tobytes())
    messages.flush()
