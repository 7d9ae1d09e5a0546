"""A JSON Schema without references, so that each place in a document has a schema of its own."""

from collections.abc import Mapping
from typing import Any

from foveal.schemas.errors import BadWorkflow
from foveal.schemas.pointer import steps_of

_MOST_NODES = 5_000
_DEFINITIONS = ("$defs", "definitions")
_DATA = ("const", "enum", "default", "examples")


def inlined(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Raises BadWorkflow for a reference to elsewhere, one without end, or too many."""
    copied: dict[str, Any] = _Inlining(schema).copy(schema, open_references=())
    return {keyword: value for keyword, value in copied.items() if keyword not in _DEFINITIONS}


class _Inlining:
    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root, self._nodes = root, 0

    def copy(self, node: Any, *, open_references: tuple[str, ...]) -> Any:
        self._nodes += 1
        if self._nodes > _MOST_NODES:
            raise _cannot_be_written("has too many places", fix="ask for less")
        if isinstance(node, list):
            return [self.copy(part, open_references=open_references) for part in node]
        if not isinstance(node, Mapping):
            return node
        reference = node.get("$ref")
        if not isinstance(reference, str):
            return self._parts(node, open_references)
        if reference in open_references:
            raise _cannot_be_written(
                f"holds {reference!r} inside itself", fix="ask for a document of a fixed depth"
            )
        target = self.copy(self._found(reference), open_references=(*open_references, reference))
        beside = {keyword: value for keyword, value in node.items() if keyword != "$ref"}
        return target | self._parts(beside, open_references)

    def _parts(self, node: Mapping[str, Any], open_references: tuple[str, ...]) -> dict[str, Any]:
        return {
            keyword: value
            if keyword in (*_DATA, *_DEFINITIONS)
            else self.copy(value, open_references=open_references)
            for keyword, value in node.items()
        }

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
