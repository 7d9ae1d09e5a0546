"""Many parts under one workflow: a row for each, whatever becomes of it, and nothing done twice."""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager, suppress
from contextvars import copy_context
from dataclasses import dataclass, field
from threading import Lock
from typing import NamedTuple, get_args

from opentelemetry.trace import Span

from foveal.failure_limit import FailureLimit
from foveal.inspecting import hashes_of
from foveal.manifest import Item
from foveal.records.batch_directory import BatchDirectory
from foveal.records.batch_page import write_page
from foveal.records.outcome import Inspected, NotInspected, Outcome
from foveal.schemas.errors import BadCluster, BadOutput, FovealError
from foveal.schemas.log_fields import log_fields
from foveal.schemas.spans import mark_failed, span
from foveal.schemas.verdict import ERROR_EXIT_CODE, EXIT_CODES, Verdict
from foveal.workers import Workers

WORST_FIRST: tuple[Verdict, ...] = ("fail", "review", "pass")

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
        found = (verdict for verdict in WORST_FIRST if self.verdicts[verdict])
        return EXIT_CODES[next(found, "pass")]


@dataclass
class Batching:
    """A batch under way. An item that was begun is brought to its end, also when it stops early."""

    directory: BatchDirectory
    items: Sequence[Item]
    limit: FailureLimit
    progress: Callable[[int, int], None]
    """Told (done, all)."""

    _errors: int = 0
    _counting: Lock = field(default_factory=Lock)
    _stopped: str | None = None

    def run(self, open_workers: Callable[[], AbstractContextManager[Workers]]) -> Batch:
        """Do what is left, and write what became of all; no model is loaded for nothing."""
        known, ids = self.directory.outcomes, [item.id for item in self.items]
        left = [
            item
            for item in self.items
            if not self.directory.has_report(known.get(item.id), hashes_of(item))
        ]
        for item in left:  # what the ledger says of it counts no more
            known.pop(item.id, None)
        try:
            if left:
                self.directory.begin(left=len(left))
                self._write(ids, stopped="under way")
                told = {"foveal.workflow": self.directory.told["name"], "foveal.items": len(left)}
                with open_workers() as workers, span("batch", told):
                    self._do_all(left, workers)
        finally:
            self._write(ids, stopped=self._stopped)
            self.directory.end()
        return _counted(self.directory, ids, self._stopped)

    def _write(self, ids: Sequence[str], *, stopped: str | None) -> None:
        self.directory.write_results(ids)
        write_page(self.directory, ids, stopped=stopped)

    def _do_all(self, left: Sequence[Item], workers: Workers) -> None:
        before = len(self.items) - len(left)
        with ThreadPoolExecutor(workers.in_flight) as threads:
            futures = [threads.submit(copy_context().run, self._do, item, workers) for item in left]
            try:
                for done, future in enumerate(as_completed(futures), start=before + 1):
                    with suppress(CancelledError):
                        future.result()
                    self.progress(done, len(self.items))
            except BaseException as interrupt:
                stopped = isinstance(interrupt, KeyboardInterrupt)
                self._stop("interrupted" if stopped else str(interrupt), workers)
                raise

    def _stop(self, why: str, workers: Workers) -> None:
        self._stopped = why
        workers.stop()

    def _do(self, item: Item, workers: Workers) -> None:
        """Raises BadOutput or BadCluster, after which no item could be kept."""
        if self._stopped is not None:
            return
        with log_fields(item=item.id), span("item", {"foveal.item.id": item.id}) as current:
            outcome = self._outcome(item, workers, current)
        self.directory.keep(outcome)
        if isinstance(outcome, NotInspected):
            self._count_error(workers)

    def _outcome(self, item: Item, workers: Workers, current: Span) -> Outcome:
        try:
            return workers.inspect(item)
        except (BadOutput, BadCluster, CancelledError):
            raise
        except FovealError as error:
            mark_failed(current, error)
            _log.info("item %r: %s", item.id, error)
            return NotInspected(id=item.id, error=str(error))
        except Exception as error:  # noqa: BLE001 - one item's bug must not cost the others their night
            mark_failed(current, error)
            _log.exception("item %r", item.id)
            return NotInspected(id=item.id, error=f"a bug in foveal: {error!r}")

    def _count_error(self, workers: Workers) -> None:
        with self._counting:
            self._errors += 1
            if self.limit.is_passed(self._errors, items=len(self.items)):
                why = f"{self._errors} of {len(self.items)} items ended in an error"
                self._stop(why, workers)


def _counted(directory: BatchDirectory, ids: Sequence[str], stopped: str | None) -> Batch:
    done = [directory.outcomes[item] for item in ids if item in directory.outcomes]
    verdicts = Counter(one.verdict for one in done if isinstance(one, Inspected))
    errors = len(done) - verdicts.total()
    counts = {verdict: verdicts[verdict] for verdict in get_args(Verdict)}
    return Batch(len(ids), counts, errors, stopped, directory.ledger.head)
