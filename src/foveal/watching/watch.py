"""A line under watch: one thread reads and gates, this one judges, one a sink sends."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from logging import getLogger
from threading import Event as Flag
from threading import Thread
from typing import NamedTuple

from foveal.batching import WORST_FIRST
from foveal.model_choice import ModelChoice
from foveal.models.protocol import VisionLanguageModel
from foveal.records.batch_directory import BatchDirectory
from foveal.records.batch_page import write_page
from foveal.records.event_log import EventLog
from foveal.records.outcome import ITEMS, Inspected, NotInspected, item_folder
from foveal.records.run_directory import read_head, read_report
from foveal.running import Run
from foveal.schemas.errors import BadOutput, FovealError
from foveal.schemas.event import Event
from foveal.schemas.log_fields import log_fields
from foveal.schemas.spans import span
from foveal.schemas.verdict import ERROR_EXIT_CODE, EXIT_CODES, Verdict
from foveal.schemas.workflow import INPUTS, Workflow
from foveal.tools.image import Image
from foveal.watching.backlog import Backlog
from foveal.watching.delivery import Delivery
from foveal.watching.source import Candidate, Source, Unreadable
from foveal.watching.telling import Counts, Judged, Telling

_LINGER_S = 5.0
"""At the end, for sinks to take what is left; the rest is sent at the next start."""

_log = getLogger(__name__)


class Watched(NamedTuple):
    """What became of a watch."""

    frames: int
    """Read."""

    verdicts: dict[Verdict, int]
    """Of the frames that were judged."""

    errors: int
    dropped: int
    empty: int
    undelivered: dict[str, int]
    """Events that wait for the next start, by sink."""

    head: str
    """Of the ledger."""

    @property
    def exit_code(self) -> int:
        """That of the worst frame."""
        if self.errors:
            return ERROR_EXIT_CODE
        return EXIT_CODES[next((known for known in WORST_FIRST if self.verdicts[known]), "pass")]


@dataclass
class Watching:
    directory: BatchDirectory
    workflow: Workflow
    template: Image | None
    choice: ModelChoice
    source: Source
    backlog: Backlog
    log: EventLog
    deliveries: Sequence[Delivery]
    is_empty: Callable[[Image], bool]
    """Whether a frame shows the place without a part."""

    show: Callable[[Event], None]

    _verdicts: Counter[Verdict] = field(default_factory=Counter)
    _errors: int = 0
    _empty: int = 0
    _failure: FovealError | None = None

    def run(self, load: Callable[[], VisionLanguageModel], stop: Flag) -> Watched:
        """Until the source ends or `stop` is set. Raises BadSource, BadOutput."""
        telling = Telling(self.log, self.source.name, self._counts, self.show)
        model = load()
        for delivery in self.deliveries:
            delivery.start()
        reader = Thread(target=self._read, args=[stop], name="reader", daemon=True)
        reader.start()
        reason = "a failure"
        try:
            with span("watch", {"foveal.workflow": self.workflow.name}):
                while not stop.is_set() and (found := self.backlog.get()) is not None:
                    self._tell(found, telling, model)
            reason = "stopped" if stop.is_set() else "the source ended"
        finally:
            stop.set()
            self.source.close()
            self.backlog.close(drop=True)
            reader.join()
            telling.finish(self._summary(reason))
            undelivered = self._deliver()
            self._write_results()
        if self._failure is not None:
            raise self._failure
        return Watched(
            frames=self.source.frames,
            verdicts={verdict: self._verdicts[verdict] for verdict in WORST_FIRST},
            errors=self._errors,
            dropped=self.backlog.dropped,
            empty=self._empty,
            undelivered=undelivered,
            head=self.directory.ledger.head,
        )

    def _read(self, stop: Flag) -> None:
        try:
            for found in self.source.read(stop):
                self.backlog.put(found)
        except FovealError as error:
            self._failure = error
        finally:
            self.backlog.close(drop=stop.is_set())

    def _tell(
        self, found: Candidate | Unreadable, telling: Telling, model: VisionLanguageModel
    ) -> None:
        if isinstance(found, Unreadable):
            self._errors += 1
            self.directory.keep(NotInspected(id=found.frame, error=found.error))
            telling.unjudged(found, found.error)
        elif self.is_empty(found.image):
            self._empty += 1
            telling.empty(found)
        else:
            self._judge(found, telling, model)

    def _judge(self, found: Candidate, telling: Telling, model: VisionLanguageModel) -> None:
        with log_fields(item=found.frame):
            try:
                judged = self._judged(found, model)
            except BadOutput:
                raise
            except FovealError as error:
                self._errors += 1
                self.directory.keep(NotInspected(id=found.frame, error=str(error)))
                telling.unjudged(found, str(error))
                return
        self._verdicts[judged.report.verdict] += 1
        telling.judged(found, judged)

    def _judged(self, found: Candidate, model: VisionLanguageModel) -> Judged:
        """By a run of its own, unless there is one of the same pixels."""
        template = [] if self.template is None else [self.template]
        images = [*template, found.image]
        inputs = dict(zip(INPUTS[self.workflow.graph], (one.id for one in images), strict=True))
        folder = item_folder(self.directory.path, found.frame)
        if self.directory.has_report(self.directory.outcomes.get(found.frame), inputs):
            report = read_report(folder)
        else:
            run = Run.begin(folder, self.workflow, images, model=self.choice)
            report = run.complete(lambda: model)
            self.directory.keep(
                Inspected(
                    id=found.frame,
                    folder=folder.name,
                    inputs=inputs,
                    verdict=report.verdict,
                    run=read_head(folder),
                )
            )
        return Judged(report, f"{ITEMS}/{folder.name}", read_head(folder))

    def _counts(self) -> Counts:
        return Counts(
            frames=self.source.frames,
            judged=self._verdicts.total(),
            dropped=self.backlog.dropped,
        )

    def _summary(self, reason: str) -> str:
        verdicts = ", ".join(f"{known} {self._verdicts[known]}" for known in WORST_FIRST)
        others = {
            "error": self._errors,
            "without a part": self._empty,
            "damaged": self.source.damaged,
        }
        told = ", ".join(f"{name} {count}" for name, count in others.items() if count)
        return "; ".join(filter(None, (reason, verdicts, told)))

    def _deliver(self) -> dict[str, int]:
        left = {one.name: one.finish(within_s=_LINGER_S) for one in self.deliveries}
        return {name: count for name, count in left.items() if count}

    def _write_results(self) -> None:
        items = list(self.directory.outcomes)
        self.directory.write_results(items)
        write_page(self.directory, items, stopped=None)
        self.directory.end()
