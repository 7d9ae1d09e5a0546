"""A node has a span that is open while it works, and an end whatever becomes of it."""

from collections.abc import Callable
from typing import Any, TypedDict

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, StateGraph
from langgraph.types import Command, interrupt
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import StatusCode

from foveal.graphs.node_spans import NodeSpans

Spans = Callable[[], list[ReadableSpan]]


class State(TypedDict, total=False):
    answer: str
    at: int


def graph_of(node: Any) -> Any:
    graph = StateGraph(State)
    graph.add_node("judge", node)
    graph.add_edge(START, "judge")
    config: RunnableConfig = {"configurable": {"thread_id": "one"}}
    return graph.compile(InMemorySaver()).with_config(config, callbacks=[NodeSpans()])


def test_what_a_node_does_falls_into_its_span(spans: Spans) -> None:
    def judge(state: State) -> State:
        del state
        return {"at": trace.get_current_span().get_span_context().span_id}

    ended = graph_of(judge).invoke({})
    (span,) = spans()
    assert (span.name, span.context.span_id) == ("invoke_agent judge", ended["at"])
    assert not trace.get_current_span().is_recording(), "and nothing after it"


def test_a_node_that_fails_is_an_error(spans: Spans) -> None:
    def judge(state: State) -> State:
        raise KeyError(state)

    with pytest.raises(KeyError):
        graph_of(judge).invoke({})
    (span,) = spans()
    assert span.status.status_code is StatusCode.ERROR
    assert (span.attributes or {})["error.type"] == "KeyError"


def test_a_node_that_waits_for_a_person_is_none(spans: Spans) -> None:
    def judge(state: State) -> State:
        del state
        return {"answer": interrupt("what is it?")}

    graph = graph_of(judge)
    graph.invoke({})
    assert graph.invoke(Command(resume="an open"))["answer"] == "an open"
    waited, went_on = spans()
    assert {waited.status.status_code, went_on.status.status_code} == {StatusCode.UNSET}
