"""What a line of the log is about, wherever it is written: kept for a thread and what it starts."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

_NONE: Mapping[str, str] = MappingProxyType({})
_FIELDS: ContextVar[Mapping[str, str]] = ContextVar("log fields", default=_NONE)


@contextmanager
def log_fields(**fields: str) -> Iterator[None]:
    token = _FIELDS.set({**_FIELDS.get(), **fields})
    try:
        yield
    finally:
        _FIELDS.reset(token)


def known_log_fields() -> Mapping[str, str]:
    return _FIELDS.get()
