"""A JSON Schema without references, so that each place in a document has a schema of its own."""

from collections.abc import Mapping
from typing import Any

from foveal.models.subschemas import rewritten
from foveal.schemas.errors import BadWorkflow
from foveal.schemas.pointer import steps_of

_MOST_NODES = 5_000


def inlined(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Raises BadWorkflow for a reference to elsewhere, one without end, or too many."""
    whole = rewritten(schema, _Inlining(schema).change)
    return {key: value for key, value in whole.items() if key not in ("$defs", "definitions")}


class _Inlining:
    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root, self._nodes = root, 0
        self._open: list[str] = []
        """References that are being replaced, each inside the one before."""

    def change(self, node: dict[str, Any]) -> dict[str, Any]:
        self._nodes += 1
        if self._nodes > _MOST_NODES:
            raise _cannot_be_written("has too many places", fix="ask for less")
        reference = node.get("$ref")
        if not isinstance(reference, str):
            return node
        if reference in self._open:
            raise _cannot_be_written(
                f"holds {reference!r} inside itself", fix="ask for a document of a fixed depth"
            )
        self._open.append(reference)
        target = rewritten(self._found(reference), self.change)
        self._open.pop()
        return target | {key: value for key, value in node.items() if key != "$ref"}

    def _found(self, reference: str) -> Mapping[str, Any]:
        node: Any = self._root
        for step in steps_of(reference.removeprefix("#")):
            node = node.get(step) if isinstance(node, Mapping) else None
        if not isinstance(node, Mapping) or not reference.startswith("#"):
            raise _cannot_be_written(
                f"names {reference!r}, which is not in it", fix="copy what it names under $defs"
            )
        return node


def _cannot_be_written(what: str, *, fix: str) -> BadWorkflow:
    return BadWorkflow(f"the schema of the document {what}", fix=fix)
