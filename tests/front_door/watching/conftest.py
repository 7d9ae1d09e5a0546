"""Events to send, a web server that takes them or not, and a line on which parts come to rest."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import Any

import cv2
import numpy as np
import pytest

from foveal import api
from foveal.agents.scripted import ScriptedModel, shown
from foveal.models.protocol import ChooseRequest
from foveal.schemas.event import Event
from foveal.schemas.workflow import Workflow
from foveal.tools.image import Pixels
from foveal.watching.watch import Watched
from foveal.workflow_file import load_workflow

Make = Callable[..., Event]


@pytest.fixture
def event() -> Make:
    def make(name: str, **told: object) -> Event:
        plain = {
            "id": name,
            "kind": "finding",
            "time": datetime(2026, 11, 29, 2, 30, tzinfo=UTC),
            "source": "line.mp4",
            "frames": 1,
            "judged": 1,
            "dropped": 0,
        }
        return Event.model_validate(plain | told)

    return make


@dataclass
class Receiver:
    """Listens while it is up; answers with `status`, and keeps what it took in order."""

    port: int = 0
    status: int = 200
    ids: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    asked: int = 0
    _server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def up(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler())
        self.port = self._server.server_port
        Thread(target=self._server.serve_forever, args=[0.02], daemon=True).start()

    def down(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _handler(receiver) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - `self` is the handler
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.asked += 1
                if receiver.status == 200:
                    receiver.events.append(Event.model_validate_json(body))
                    receiver.ids.append(receiver.events[-1].id)
                    receiver.headers.append(dict(self.headers))
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *arguments: object) -> None: ...

        return Handler


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    receiver.up()
    yield receiver
    receiver.down()


WIDTH, HEIGHT, RATE, HOME = 640, 384, 30, 160


def at_rest(board: Pixels | None, frames: int = 16) -> list[Pixels]:
    return [on_belt(board, HOME)] * frames


def passing(board: Pixels, start: int, end: int) -> list[Pixels]:
    return [on_belt(board, x) for x in range(start, end, 40)]


def on_belt(board: Pixels | None, x: int) -> Pixels:
    """With a board of 320 px whose left edge is at `x`."""
    scene = np.full((HEIGHT, WIDTH), 120, np.uint8)
    left, right = max(0, x), min(WIDTH, x + 320)
    if board is not None and right > left:
        scene[32:352, left:right] = board[:, left - x : right - x]
    return scene


def encode(frames: Iterable[Pixels], file: Any, name: str = "mp4") -> None:
    """As H.264, with the noise of a sensor."""
    import av

    rng = np.random.default_rng(0)
    with av.open(file, "w", format=name) as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = {"preset": "ultrafast", "crf": "20", "g": "15"}
        for pixels in frames:
            seen = np.clip(pixels + rng.normal(0, 2, pixels.shape), 0, 255).astype(np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(seen, "gray")))
        container.mux(stream.encode())


@dataclass(eq=False)
class Judge(ScriptedModel):
    """Calls a place open where the tested part is brighter; counts what it is asked."""

    asked: int = 0
    pause_s: float = 0

    def __post_init__(self) -> None:
        self.choosing = self._choose

    def _choose(self, request: ChooseRequest) -> dict[str, float]:
        self.asked += 1
        time.sleep(self.pause_s)
        crops = shown(request.conversation)
        brighter = float(crops["B"].mean()) - float(crops["A"].mean()) > 3
        label = "open" if brighter else "none"
        return {answer: 0.96 if answer == label else 0.01 for answer in request.answers}


@dataclass
class Trial:
    """A watch in a folder, and what it told."""

    folder: Path
    workflow: Workflow
    good: Pixels
    cut: Pixels
    model: Judge = field(default_factory=Judge)
    events: list[Event] = field(default_factory=list)
    stop: Flag = field(default_factory=Flag)

    @property
    def out(self) -> Path:
        return self.folder / "out"

    def two_parts(self) -> list[Pixels]:
        """A good one that is cut while it rests, and one that comes cut."""
        return [
            *passing(self.good, -320, HOME),
            *at_rest(self.good),
            *at_rest(self.cut),
            *passing(self.cut, HOME, WIDTH),
            *passing(self.cut, -320, HOME),
            *at_rest(self.cut),
            *passing(self.cut, HOME, WIDTH),
        ]

    def picture(self, name: str, board: Pixels | None) -> Path:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        cv2.imwrite(str(path), on_belt(board, HOME))
        return path

    def video(self, frames: Iterable[Pixels] | None = None) -> Path:
        path = self.folder / "line.mp4"
        encode(frames or self.two_parts(), str(path))
        return path

    def watch(self, source: str | Path, **options: Any) -> Watched:
        """`events` are those of this time only."""
        self.events.clear()
        self.stop.clear()
        options.setdefault("template", self.picture("good.png", self.good))
        return api.watch(
            source,
            self.workflow,
            out=self.out,
            model=self.model,
            show=self.events.append,
            stop=self.stop,
            **options,
        )

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]

    def of(self, kind: str) -> list[Event]:
        return [event for event in self.events if event.kind == kind]


@pytest.fixture
def trial(tmp_path: Path, draw: Callable[..., Pixels]) -> Trial:
    rules = load_workflow("board-compare").model_copy(update={"calibration": {}})
    return Trial(tmp_path, rules, draw(), draw(cut=True))
