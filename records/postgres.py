"""Checkpoints in PostgreSQL, for runs whose machine may not come back."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Lock

from foveal.records.checkpoints import Checkpoints, WholeSteps
from foveal.records.state_json import StateJson
from foveal.schemas.errors import BadRecord

_setting_up = Lock()
_set_up: set[str] = set()
"""Where the tables are there already."""


@contextmanager
def open_postgres(url: str, *, run: str, types: Iterable[type]) -> Iterator[Checkpoints]:
    """Raises BadRecord where the packages or the server are missing; it never shows the URL."""
    try:
        from langgraph.checkpoint.postgres import PostgresSaver
        from langgraph.store.postgres import PostgresStore
        from psycopg import Connection, Error
        from psycopg.rows import dict_row
    except ImportError as error:
        raise BadRecord(
            "checkpoints in PostgreSQL need packages that are not installed",
            fix="pip install 'foveal[postgres]'",
        ) from error

    class Saver(WholeSteps, PostgresSaver): ...

    try:
        connection = Connection.connect(
            url, autocommit=True, prepare_threshold=0, row_factory=dict_row
        )
    except Error as error:
        raise BadRecord(
            "the PostgreSQL server for checkpoints cannot be reached", fix="check its URL"
        ) from error
    with connection:
        saver, store = Saver(connection, serde=StateJson(types)), PostgresStore(connection)
        with _setting_up:  # runs of a batch make the same tables
            if url not in _set_up:
                saver.setup()
                store.setup()
                _set_up.add(url)
        yield Checkpoints(saver, store, run)
