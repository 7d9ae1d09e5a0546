import json
import zlib
from collections.abc import Iterable
from typing import Any

from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.types import Interrupt
from pydantic import TypeAdapter

from foveal.schemas.errors import BadRecord

_FASTEST = 1
_TYPE, _TEXT = "type", "text"


class StateJson(SerializerProtocol):
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
        """Raises BadRecord for what is no state: others may have written to the database."""
        try:
            return json.loads(zlib.decompress(data[1]), object_hook=self._value)
        except (ValueError, KeyError, RecursionError, zlib.error) as error:
            raise BadRecord(
                "a checkpoint holds what no state of a run does",
                fix="take the checkpoints away: the run then begins anew",
            ) from error

    def _text(self, value: Any) -> dict[str, str] | str:
        if isinstance(value, BaseException):  # LangGraph keeps what ended a step
            return repr(value)
        kind = type(value).__name__
        return {_TYPE: kind, _TEXT: self._types[kind].dump_json(value).decode()}

    def _value(self, found: dict[str, Any]) -> Any:
        if found.keys() != {_TYPE, _TEXT}:
            return found
        return self._types[found[_TYPE]].validate_json(found[_TEXT])
