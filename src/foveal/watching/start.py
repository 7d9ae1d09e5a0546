"""Sets a watch up: everything is checked before weights are loaded or a folder is made."""

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from os import PathLike
from pathlib import Path
from threading import Event as Flag
from types import FrameType

import cv2

from foveal.model_choice import ModelChoice
from foveal.models.protocol import VisionLanguageModel
from foveal.reading import read_picture
from foveal.records.batch_directory import BatchDirectory
from foveal.records.event_log import EventLog
from foveal.records.outcome import Inspected
from foveal.records.sent import Sent
from foveal.schemas.errors import BadWorkflow
from foveal.schemas.event import Event
from foveal.schemas.workflow import INPUTS, Workflow
from foveal.tools.gate_settings import GateSettings
from foveal.tools.image import Image
from foveal.tools.scene import Scene
from foveal.tools.tone import grey
from foveal.watching.backlog import Backlog, WhenBehind
from foveal.watching.delivery import Delivery
from foveal.watching.opening import open_sink, open_source
from foveal.watching.urls import without_secrets
from foveal.watching.watch import Watched, Watching


@dataclass(frozen=True, kw_only=True)
class Options:
    """Where to, by which model and how to watch; pictures by their path."""

    out: Path
    model: ModelChoice
    load: Callable[[], VisionLanguageModel]
    template: str | PathLike[str] | None = None
    empty: str | PathLike[str] | None = None
    """Of the place without a part."""

    sinks: Sequence[str] = ()
    when_behind: WhenBehind | None = None
    """None: `newest` for a camera, else `wait`."""

    gate: GateSettings = field(default_factory=GateSettings)


def watch(
    source: str,
    workflow: Workflow,
    options: Options,
    *,
    show: Callable[[Event], None],
    stop: Flag,
) -> Watched:
    """Until the source ends or `stop` is set. Raises FovealError where a person must act."""
    template = _template(workflow, options.template)
    is_empty = partial(_is_empty, _scene(options.empty, options.gate), options.gate)
    done: set[str] = set()
    opened = open_source(source, options.gate, done=done)
    sinks = {url: open_sink(url) for url in options.sinks}
    out, model = options.out, options.model.name
    told = {"name": workflow.name, "workflow": workflow.sha256, "model": model}
    with BatchDirectory.open(out, **told, source=opened.name) as directory:
        known = directory.outcomes.values()
        done.update(one.id for one in known if isinstance(one, Inspected))
        log = EventLog.open(out)
        deliveries = [
            Delivery(log, sink, Sent.open(out, url, sink=without_secrets(url), begins=log.size))
            for url, sink in sinks.items()
        ]
        policy = options.when_behind or ("newest" if opened.is_live else "wait")
        watching = Watching(
            directory=directory,
            workflow=workflow,
            template=template,
            choice=options.model,
            source=opened,
            backlog=Backlog(policy),
            log=log,
            deliveries=deliveries,
            is_empty=is_empty,
            show=show,
        )
        return watching.run(options.load, stop)


@contextmanager
def stopped_by_signals(stop: Flag) -> Iterator[None]:
    """Ctrl-C and SIGTERM set it: what was begun is brought to its end. A second one kills."""

    def ask(number: int, frame: FrameType | None) -> None:
        del frame
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _template(workflow: Workflow, path: str | PathLike[str] | None) -> Image | None:
    needs_one = "template" in INPUTS[workflow.graph]
    if path is not None and needs_one:
        return read_picture(path)
    if path is None and not needs_one:
        return None
    if needs_one:
        raise BadWorkflow(
            f"{workflow.name!r} compares with a template", fix="add --template FILE, a good part"
        )
    raise BadWorkflow(f"{workflow.name!r} compares with nothing", fix="leave --template out")


def _scene(path: str | PathLike[str] | None, gate: GateSettings) -> Scene | None:
    return None if path is None else Scene.of(grey(read_picture(path).pixels), gate)


def _is_empty(empty: Scene | None, gate: GateSettings, image: Image) -> bool:
    """Whether no more than noise and light tell a frame from the place without a part."""
    scene = Scene.of(grey(image.pixels), gate)
    if empty is None or scene.pixels.shape != empty.pixels.shape:
        return False
    changed = scene.changed_since(empty, gate)
    return cv2.countNonZero(changed) < gate.moving_share * changed.size
