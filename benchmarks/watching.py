"""A line on video: how fast it is watched, what is missed, how soon it is told, what a sink misses.

    python benchmarks/watching.py [--frames 3000] [--away 60] [--json]

Drawn boards lie before a camera of 1280 × 720 px that has noise and whose light drifts; one in a
hundred frames another board lies there. First a file is watched as fast as it goes. Then a camera
sends 30 frames a second, and a webhook says when it got the verdict; at last that is away.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event as Flag
from threading import Thread, Timer
from typing import Any

import av
import cv2
import numpy as np
from numpy.random import Generator
from rich.console import Console
from rich.progress import track

from foveal.api import watch
from foveal.schemas.event import Event
from foveal.tools.image import Pixels
from foveal.training.boards.pair import draw_pair

WIDTH, HEIGHT, RATE = 1280, 720, 30
EVERY = 100
"""Frames from one change to the next."""

TOP, LEFT = 40, 320


@dataclass
class Line:
    """Boards of one kind, each with defects of its own but for the first."""

    rng: Generator
    boards: list[Pixels] = field(default_factory=list)
    noise: list[Pixels] = field(default_factory=list)

    @classmethod
    def drawn(cls, rng: Generator) -> "Line":
        pair = draw_pair(rng, defects=6)
        noise = [rng.normal(0, 2, (HEIGHT, WIDTH)).astype(np.int16) for _ in range(16)]
        return cls(rng, [pair.template, pair.tested], noise)

    def frame(self, number: int) -> Pixels:
        scene = np.full((HEIGHT, WIDTH), 90, np.int16)
        board = self.boards[number // EVERY % len(self.boards)]
        scene[TOP : TOP + 640, LEFT : LEFT + 640] = board if board.ndim == 2 else board[..., 0]
        light = 1 + 0.05 * np.sin(2 * np.pi * number / 1500)
        seen = scene * light + self.noise[self.rng.integers(len(self.noise))]
        return np.clip(seen, 0, 255).astype(np.uint8)

    def template(self, folder: Path) -> Path:
        path = folder / "good.png"
        cv2.imwrite(str(path), self.frame(0))
        return path


@contextmanager
def encoding(file: Any, form: str) -> Iterator[Any]:
    """A function that takes the next frame."""
    with av.open(file, "w", format=form) as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = {"preset": "ultrafast", "tune": "zerolatency", "crf": "20", "g": "30"}

        def add(pixels: Pixels) -> None:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "gray")))

        yield add
        container.mux(stream.encode())


class Quiet(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


@contextmanager
def serving(handler: type[Quiet]) -> Iterator[str]:
    """The address of a server on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@dataclass
class Webhook:
    """Takes events, unless it is away."""

    away: bool = False
    got: list[tuple[str, float]] = field(default_factory=list)
    """Ids, and when."""

    @contextmanager
    def listening(self) -> Iterator[str]:
        hook = self

        class Handler(Quiet):
            def do_POST(self) -> None:
                event = json.loads(self.rfile.read(int(self.headers["content-length"])))
                if not hook.away:
                    hook.got.append((event["id"], time.monotonic()))
                self.send_response(503 if hook.away else 204)
                self.end_headers()

        with serving(Handler) as address:
            yield f"{address}/events"


@contextmanager
def camera(line: Line, frames: int, sent: dict[int, float]) -> Iterator[str]:
    """Sends in real time, once; `sent` gets when each change was."""

    class Handler(Quiet):
        def do_GET(self) -> None:
            self.send_response(503 if sent else 200)
            self.end_headers()
            if sent:
                return
            begun = time.monotonic()
            with encoding(self.wfile, "mpegts") as add:
                for number in range(frames):
                    time.sleep(max(0.0, begun + number / RATE - time.monotonic()))
                    if number % EVERY == 0:
                        sent[number // EVERY] = time.monotonic()
                    add(line.frame(number))

    with serving(Handler) as address:
        yield f"{address}/line"


def watch_file(line: Line, folder: Path, frames: int) -> dict[str, object]:
    video = folder / "line.mp4"
    with encoding(str(video), "mp4") as add:
        for number in track(range(frames), "Drawing", console=Console(stderr=True)):
            add(line.frame(number))
    events: list[Event] = []
    started = time.perf_counter()
    done = watch(
        video, "board-compare", out=folder / "file", template=line.template(folder),
        show=events.append,
    )  # fmt: skip
    seconds = time.perf_counter() - started
    told = {
        int((event.source_time_s or 0) * RATE) // EVERY
        for event in events
        if event.kind == "verdict"
    }
    planted = range(-(-frames // EVERY))
    return {
        "frames": done.frames,
        "frames_a_second": round(done.frames / seconds, 1),
        "changes": len(planted),
        "missed": sum(change not in told for change in planted),
        "judged": sum(done.verdicts.values()),
        "dropped": done.dropped,
        "seconds_of_all": round(seconds, 1),
    }


def watch_camera(line: Line, folder: Path, *, changes: int, away: float) -> dict[str, object]:
    """The webhook is away from the third change on."""
    events: list[Event] = []
    sent: dict[int, float] = {}
    hook, stop = Webhook(), Flag()
    frames = changes * EVERY
    leave = Timer(2.8 * EVERY / RATE, setattr, (hook, "away", True))
    back = Timer(2.8 * EVERY / RATE + away, setattr, (hook, "away", False))

    def show(event: Event) -> None:
        events.append(event)
        verdicts = sum(known.kind == "verdict" for known in events)
        if away and verdicts == 1:
            leave.start()
            back.start()

    ending = Timer(frames / RATE + 10 + (30 if away else 0), stop.set)
    with hook.listening() as url, camera(line, frames, sent) as source:
        ending.start()
        watch(
            source, "board-compare", out=folder / f"camera{away:g}", sinks=[url], show=show,
            template=line.template(folder), stop=stop,
        )  # fmt: skip
        time.sleep(0.5)
    got = [name for name, _ in hook.got]
    arrived = dict(hook.got)
    told = [event.id for event in events]
    late = [
        arrived[event.id] - max(at for at in sent.values() if at < arrived[event.id])
        for event in events
        if event.kind == "verdict" and event.id in arrived
    ]
    return {
        "events": len(told),
        "lost": len(set(told) - set(got)),
        "in_order": list(dict.fromkeys(got)) == [name for name in told if name in arrived],
        "seconds_from_change_to_sink": [round(seconds, 2) for seconds in late]
        if not away
        else None,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=3000)
    parser.add_argument("--away", type=float, default=60)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, line = Path(name), Line.drawn(np.random.default_rng(5))
        figures = {
            "file": watch_file(line, folder, options.frames),
            "camera": watch_camera(line, folder, changes=6, away=0),
            "sink_away": watch_camera(
                line, folder, changes=round(options.away * RATE / EVERY) + 6, away=options.away
            ),
        }
    print(json.dumps(figures, indent=None if options.json else 2))


if __name__ == "__main__":
    main()
