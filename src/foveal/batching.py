"""Many parts under one workflow: a row for each, whatever becomes of it, and nothing done twice."""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextvars import copy_context
from dataclasses import dataclass, field
from hashlib import file_digest
from pathlib import Path
from threading import Lock
from typing import NamedTuple, get_args

from opentelemetry.trace import Span

from foveal.failure_limit import FailureLimit
from foveal.manifest import Item
from foveal.model_choice import ModelChoice
from foveal.models.protocol import VisionLanguageModel
from foveal.reading import read_picture
from foveal.records.batch_directory import BatchDirectory
from foveal.records.batch_page import write_page
from foveal.records.folder import holds
from foveal.records.outcome import Inspected, NotInspected, Outcome, item_folder
from foveal.records.run_directory import read_head
from foveal.running import Run
from foveal.schemas.errors import BadData, BadOutput, BadRecord, FovealError
from foveal.schemas.log_fields import log_fields
from foveal.schemas.report import Report
from foveal.schemas.spans import mark_failed, span
from foveal.schemas.verdict import ERROR_EXIT_CODE, EXIT_CODES, Verdict
from foveal.schemas.workflow import INPUTS, Workflow
from foveal.tools.image import Image

_WORST_FIRST: tuple[Verdict, ...] = ("fail", "review", "pass")

_log = logging.getLogger(__name__)


class Batch(NamedTuple):
    """What became of a batch; `stopped` says why items were left out, if any were."""

    items: int
    verdicts: dict[Verdict, int]
    errors: int
    stopped: str | None
    head: str
    """Of its ledger."""

    @property
    def exit_code(self) -> int:
        """That of the worst item; an error where any could not be inspected or was left out."""
        if self.errors or self.stopped:
            return ERROR_EXIT_CODE
        found = (verdict for verdict in _WORST_FIRST if self.verdicts[verdict])
        return EXIT_CODES[next(found, "pass")]


@dataclass
class Batching:
    """A batch under way. An item that was begun is brought to its end, also when it stops early."""

    directory: BatchDirectory
    workflow: Workflow
    items: Sequence[Item]
    choice: ModelChoice
    limit: FailureLimit
    roots: Sequence[Path] | None
    """What the list may name lies below one of these; None: anywhere."""

    progress: Callable[[int, int], None]
    """Told (done, all)."""

    _errors: int = 0
    _counting: Lock = field(default_factory=Lock)
    _stopped: str | None = None

    def run(self, load: Callable[[], VisionLanguageModel], *, jobs: int) -> Batch:
        """Do what is left, and write what became of all; no model is loaded for nothing."""
        known, ids = self.directory.outcomes, [item.id for item in self.items]
        left = [
            item
            for item in self.items
            if not self.directory.has_report(known.get(item.id), _hashes(item))
        ]
        for item in left:  # what the ledger says of it counts no more
            known.pop(item.id, None)
        try:
            if left:
                self.directory.begin(left=len(left))
                self._write(ids, stopped="under way")
                model = load()
                with span(
                    "batch", {"foveal.workflow": self.workflow.name, "foveal.items": len(left)}
                ):
                    self._do_all(left, model, jobs=jobs)
        finally:
            self._write(ids, stopped=self._stopped)
            self.directory.end()
        return _counted(self.directory, ids, self._stopped)

    def _write(self, ids: Sequence[str], *, stopped: str | None) -> None:
        self.directory.write_results(ids)
        write_page(self.directory, ids, stopped=stopped)

    def _do_all(self, left: Sequence[Item], model: VisionLanguageModel, *, jobs: int) -> None:
        before = len(self.items) - len(left)
        with ThreadPoolExecutor(jobs) as threads:
            futures = [threads.submit(copy_context().run, self._do, item, model) for item in left]
            try:
                for done, future in enumerate(as_completed(futures), start=before + 1):
                    future.result()
                    self.progress(done, len(self.items))
            except BaseException as interrupt:
                stopped = isinstance(interrupt, KeyboardInterrupt)
                self._stopped = "interrupted" if stopped else str(interrupt)
                raise

    def _do(self, item: Item, model: VisionLanguageModel) -> None:
        """Raises BadOutput, after which no item could be kept."""
        if self._stopped is not None:
            return
        with log_fields(item=item.id), span("item", {"foveal.item.id": item.id}) as current:
            outcome = self._outcome(item, model, current)
        self.directory.keep(outcome)
        if isinstance(outcome, NotInspected):
            self._count_error()

    def _outcome(self, item: Item, model: VisionLanguageModel, current: Span) -> Outcome:
        try:
            return self._inspected(item, model)
        except BadOutput:
            raise
        except FovealError as error:
            mark_failed(current, error)
            _log.info("item %r: %s", item.id, error)
            return NotInspected(id=item.id, error=str(error))
        except Exception as error:  # noqa: BLE001 - one item's bug must not cost the others their night
            mark_failed(current, error)
            _log.exception("item %r", item.id)
            return NotInspected(id=item.id, error=f"a bug in foveal: {error!r}")

    def _count_error(self) -> None:
        with self._counting:
            self._errors += 1
            if self.limit.is_passed(self._errors, items=len(self.items)):
                self._stopped = f"{self._errors} of {len(self.items)} items ended in an error"

    def _inspected(self, item: Item, model: VisionLanguageModel) -> Inspected:
        images = [self._read(item, name) for name in INPUTS[self.workflow.graph]]
        folder = item_folder(self.directory.path, item.id)
        report = self._continued(folder, images, model)
        if report is None:
            begun = Run.begin(folder, self.workflow, images, model=self.choice)
            report = begun.complete(lambda: model)
        return Inspected(
            id=item.id,
            folder=folder.name,
            inputs=_hashes(item),
            verdict=report.verdict,
            run=read_head(folder),
        )

    def _read(self, item: Item, name: str) -> Image:
        if name not in item.inputs:
            raise BadData(f"the line of {item.id!r} names no file as {name!r}", fix="name one")
        return read_picture(item.inputs[name], roots=self.roots)

    def _continued(
        self, folder: Path, images: list[Image], model: VisionLanguageModel
    ) -> Report | None:
        """Of the same run, where a process that died had begun it and it can go on."""
        if not holds(folder, "foveal run"):
            return None
        try:
            run = Run.resume(folder)
            same = run.workflow == self.workflow and list(run.images) == images
            return run.complete(lambda: model) if same else None
        except BadRecord:
            return None


def _counted(directory: BatchDirectory, ids: Sequence[str], stopped: str | None) -> Batch:
    done = [directory.outcomes[item] for item in ids if item in directory.outcomes]
    verdicts = Counter(one.verdict for one in done if isinstance(one, Inspected))
    errors = len(done) - verdicts.total()
    counts = {verdict: verdicts[verdict] for verdict in get_args(Verdict)}
    return Batch(len(ids), counts, errors, stopped, directory.ledger.head)


def _hashes(item: Item) -> dict[str, str]:
    """SHA-256 of each file that can be read."""
    hashes = {}
    for name, path in item.inputs.items():
        try:
            with path.open("rb") as file:
                hashes[name] = file_digest(file, "sha256").hexdigest()
        except OSError:
            continue
    return hashes
