from contextlib import AbstractContextManager
from pkgutil import iter_modules
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langgraph.errors import GraphBubbleUp
from opentelemetry.trace import Span

from foveal.graphs import nodes
from foveal.schemas.spans import operation, span

_WITHOUT_MODEL = frozenset(module.name for module in iter_modules(nodes.__path__))


class NodeSpans(BaseCallbackHandler):
    """A span for each node of a graph, around all that the node does.

    LangGraph calls a handler in the node's own thread and context, just before and after it.
    """

    def __init__(self) -> None:
        self._open: dict[UUID, AbstractContextManager[Span]] = {}

    def on_chain_start(self, serialized: Any, inputs: Any, *, run_id: UUID, **told: Any) -> None:
        del serialized, inputs
        metadata, name = told.get("metadata") or {}, told.get("name")
        if "langgraph_node" not in metadata or metadata["langgraph_node"] != name:
            return  # the graph as a whole, or a routing function
        entered = _span(name, metadata["langgraph_step"])
        entered.__enter__()
        self._open[run_id] = entered

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **told: Any) -> None:
        del outputs, told
        self._close(run_id, None)

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **told: Any) -> None:
        del told
        self._close(run_id, None if isinstance(error, GraphBubbleUp) else error)

    def _close(self, run_id: UUID, error: BaseException | None) -> None:
        entered = self._open.pop(run_id, None)
        if entered is None:
            return
        if error is None:
            entered.__exit__(None, None, None)
        else:
            entered.__exit__(type(error), error, error.__traceback__)


def _span(node: str, step: int) -> AbstractContextManager[Span]:
    attributes = {"foveal.step": step}
    if node in _WITHOUT_MODEL:
        return span(f"node {node}", {"foveal.node": node, **attributes})
    return operation("invoke_agent", node, attributes)
