"""Where a run stands, and what its model answered: it goes on from there after its process died."""

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.store.base import BaseStore
from langgraph.store.sqlite import SqliteStore
from langgraph.types import Interrupt
from pydantic import TypeAdapter

from foveal.schemas.errors import BadRecord

_FASTEST = 1
_TYPE, _TEXT = "type", "text"


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
        yield Checkpoints(_Saver(states, serde=_Json(types)), store, run)


def _connection(path: Path) -> sqlite3.Connection:
    """What is committed survives the death of the process; a power cut may lose the newest step."""
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection


class _Saver(SqliteSaver):
    """What a step that did not end has written already is left unread, so it runs again, whole.

    LangGraph writes what a node changed, and then where its edge leads. Killed in between, it takes
    the node for done and the graph for ended.
    """

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        known = super().get_tuple(config)
        if known is None:
            return None
        own = [write for write in known.pending_writes or () if write[1].startswith("__")]
        return known._replace(pending_writes=own)


class _Json(SerializerProtocol):
    """JSON in which a typed value stands as the text that its type reads back, or refuses.

    The pictures that a run names make its state long and alike: it packs to a tenth.
    """

    def __init__(self, types: Iterable[type]) -> None:
        self._types: dict[str, TypeAdapter[Any]] = {
            kind.__name__: TypeAdapter(kind) for kind in (*types, Interrupt)
        }

    def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
        return "json", zlib.compress(json.dumps(obj, default=self._text).encode(), _FASTEST)

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        return json.loads(zlib.decompress(data[1]), object_hook=self._value)

    def _text(self, value: Any) -> dict[str, str] | str:
        if isinstance(value, BaseException):  # LangGraph keeps what ended a step
            return repr(value)
        kind = type(value).__name__
        return {_TYPE: kind, _TEXT: self._types[kind].dump_json(value).decode()}

    def _value(self, found: dict[str, Any]) -> Any:
        if found.keys() != {_TYPE, _TEXT}:
            return found
        return self._types[found[_TYPE]].validate_json(found[_TEXT])
