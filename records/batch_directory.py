from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path
from threading import Lock
from typing import Any, Self

from filelock import FileLock, Timeout

from foveal.records.folder import HEAD, LEDGER, LOCK, holds, require_free
from foveal.records.ledger import Ledger
from foveal.records.outcome import ITEMS, Inspected, Outcome, outcomes_of, row_of
from foveal.records.run_directory import RunDirectory
from foveal.records.whole_file import cannot_write, sweep, write_pieces, write_whole
from foveal.schemas.errors import BadOutput, BadRecord

RESULTS, SUMMARY = "results.jsonl", "summary.html"


class BatchDirectory:
    """Where a batch writes: a run directory an item, a ledger of what became of each, and results.

    The ledger decides: results are written anew from it and from the reports it names.
    """

    def __init__(
        self, path: Path, ledger: Ledger, told: dict[str, Any], outcomes: dict[str, Outcome]
    ) -> None:
        self.path = path
        self.ledger = ledger
        self.told = told
        """What the ledger opens with."""

        self.outcomes = outcomes
        """The last of each item, by its id."""

        self._lock = Lock()

    @classmethod
    @contextmanager
    def open(cls, path: Path, **rules: object) -> Iterator[Self]:
        """Goes on with the batch in the folder; no other process may while this one does.

        Raises BadOutput where the batch has other rules.
        """
        require_free(path, unless="foveal batch")
        lock = FileLock(path / LOCK, blocking=False)
        try:
            (path / ITEMS).mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout as error:
            raise BadOutput(
                f"another process is running the batch in {str(path)!r}", fix="wait for its end"
            ) from error
        except OSError as error:
            raise cannot_write(path, error) from error
        try:
            yield cls._begun(path, rules)
        finally:
            lock.release()

    @classmethod
    def _begun(cls, path: Path, rules: dict[str, object]) -> Self:
        if not holds(path, "foveal batch"):
            return cls(path, Ledger.begin(path / LEDGER, "foveal batch", **rules), rules, {})
        sweep(path)
        ledger, records = Ledger.resume(path / LEDGER)
        told = records[0]["data"]
        for name, rule in rules.items():
            if told.get(name) != rule:
                raise BadOutput(
                    f"{str(path)!r} holds a batch with another {name}",
                    fix="go on with the one that began it, or name another folder",
                )
        return cls(path, ledger, told, outcomes_of(records))

    def begin(self, *, left: int) -> None:
        """From here on results and summary are under way, whatever an earlier end named."""
        self.ledger.append("begin", left=left)

    def end(self) -> None:
        """From here on the ledger names results and summary."""
        files = {name: _sha256(self.path / name) for name in (RESULTS, SUMMARY)}
        self.ledger.append_once("end", files=files)
        write_whole(self.path / HEAD, f"{self.ledger.head}\n".encode())

    def keep(self, outcome: Outcome) -> None:
        """From here on the item is done; safe from several threads."""
        with self._lock:
            kind = "item" if isinstance(outcome, Inspected) else "error"
            self.ledger.append(kind, **outcome.model_dump())
            self.outcomes[outcome.id] = outcome
            try:
                with (self.path / RESULTS).open("ab", buffering=0) as file:
                    file.write(row_of(outcome, self.path))
            except OSError as error:
                raise cannot_write(self.path / RESULTS, error) from error

    def has_report(self, outcome: Outcome | None, inputs: dict[str, str]) -> bool:
        """Whether the item need not be inspected again: same files, and the report is as it was."""
        if not isinstance(outcome, Inspected) or outcome.inputs != inputs:
            return False
        try:
            run, _ = RunDirectory.resume(self.path / ITEMS / outcome.folder)
        except BadRecord:
            return False
        return run.ledger.head == outcome.run and run.is_whole()

    def write_results(self, items: Iterable[str]) -> None:
        """A line an item that is done, in the order given."""
        done = [self.outcomes[item] for item in items if item in self.outcomes]
        write_pieces(self.path / RESULTS, (row_of(one, self.path) for one in done))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
