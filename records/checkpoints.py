"""Where a run stands, and what its model answered: it goes on from there after its process died."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.store.base import BaseStore
from langgraph.store.sqlite import SqliteStore

from foveal.records.folder import unlink_database
from foveal.records.state_json import StateJson
from foveal.schemas.errors import BadRecord

_MOST_ANSWERS = 1_000_000


@dataclass(frozen=True)
class Checkpoints:
    """Of one run; its state after every step in `saver`, its effects in the journal."""

    saver: BaseCheckpointSaver[str]
    _store: BaseStore
    run: str

    def recall(self, node: str, asked: str) -> dict[str, Any] | None:
        """What a node has kept under the hash of what it asked."""
        item = self._store.get((self.run, node), asked)
        return None if item is None else item.value

    def keep(self, node: str, asked: str, answered: dict[str, Any]) -> None:
        """On disk when this returns."""
        self._store.put((self.run, node), asked, answered, index=False)

    def forget(self) -> None:
        """All of a run that has ended."""
        self.saver.delete_thread(self.run)
        for item in self._store.search((self.run,), limit=_MOST_ANSWERS):
            self._store.delete(item.namespace, item.key)


@dataclass(frozen=True)
class _File(Checkpoints):
    """Of one run, with which it goes."""

    over: Event = field(default_factory=Event)

    def forget(self) -> None:
        self.over.set()


class WholeSteps(BaseCheckpointSaver[str]):
    """What a step changed is written with its state alone, so one that did not end runs again.

    LangGraph would write what a node changed, and then where its edge leads. Killed in between, it
    takes the node for done and the graph for ended.
    """

    def put_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        own = [write for write in writes if write[0].startswith("__")]
        if own:
            super().put_writes(config, own, task_id, task_path)


class WholeStepSaver(WholeSteps, SqliteSaver): ...


@contextmanager
def open_checkpoints(path: Path, *, run: str, types: Iterable[type]) -> Iterator[Checkpoints]:
    """In a SQLite file. State is read back only where it is made of these types and plain data."""
    with ExitStack() as stack:
        try:
            # Each guards its own connection with its own lock.
            states, effects = (stack.enter_context(closing(_connection(path))) for _ in range(2))
            store = SqliteStore(effects)
            store.setup()
        except sqlite3.Error as error:
            raise BadRecord(
                f"{str(path)!r} cannot be used ({error})",
                fix="take the file away: the run then begins anew",
            ) from error
        file = _File(WholeStepSaver(states, serde=StateJson(types)), store, run)
        yield file
    if file.over.is_set():
        unlink_database(path)


def _connection(path: Path) -> sqlite3.Connection:
    """What is committed survives the death of the process; a power cut may lose the newest step."""
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection
