"""A model of random weights, asked as LangChain asks any chat model."""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

import pytest
from langchain_core.messages import (
    AnyMessage,
    HumanMessage,
)
from langgraph.graph import END, START, MessagesState, StateGraph
from pydantic import BaseModel, Field

from foveal.models.coordinates import Coordinates
from foveal.models.engine import Engine
from foveal.models.langchain import ChatFoveal
from foveal.models.langchain.tools import read_calls
from foveal.models.protocol import (
    Call,
    Choice,
    ChooseRequest,
    Message,
    Reply,
    Tool,
    ToolCalls,
    WriteRequest,
)
from foveal.schemas.errors import BadReply, BadWorkflow
from foveal.schemas.loading import Loading
from foveal.schemas.report import Usage

EncodedPng = Callable[[int], str]


class Point(BaseModel):
    """A place on a board."""

    x: int = Field(ge=0, le=99)
    side: Literal["top", "bottom"]


def zoom(level: Literal[1, 2, 3], side: Literal["top", "bottom"]) -> str:
    """Look closer."""
    return f"{side} at {level}"


def flip() -> str:
    """Turn the board over."""
    return "done"


ZOOM = Tool(
    "zoom",
    {"type": "object", "properties": {"level": {"enum": [1, 2]}}, "required": ["level"]},
)


CALL = '<tool_call>\n{"name": "zoom", "arguments": {"level": 2, "side": "top"}}\n</tool_call>'


class Scripted:
    """A model that gives these replies, one after another."""

    name, revision, coordinates = "scripted", "1", Coordinates()

    def __init__(self, *replies: Reply) -> None:
        self._replies = list(replies)
        self.asked: list[WriteRequest] = []

    def write(self, requests: Sequence[WriteRequest]) -> list[Reply]:
        self.asked += requests
        return [self._replies.pop(0) for _ in requests]

    def choose(self, requests: Sequence[ChooseRequest]) -> list[Choice]:
        raise AssertionError(f"nothing to choose: {requests}")


@pytest.fixture
def chat(engine: Engine) -> ChatFoveal:
    return ChatFoveal(model=engine, max_tokens=24)


@pytest.fixture
def patient(chat_engine: Engine) -> ChatFoveal:
    return ChatFoveal(model=chat_engine, max_tokens=500)


def show(text: str, *encoded: str) -> HumanMessage:
    pictures = [{"type": "image", "base64": each, "mime_type": "image/png"} for each in encoded]
    return HumanMessage([*pictures, {"type": "text", "text": text}])


def test_a_reply_is_what_the_engine_writes(chat: ChatFoveal, engine: Engine) -> None:
    conversation = (Message("user", ("What changed?",)),)
    (reply,) = engine.write([WriteRequest(conversation, max_new_tokens=24)])

    message = chat.invoke("What changed?")

    assert message.text == reply.text
    assert message.response_metadata["finish_reason"] == reply.finish
    assert message.response_metadata["model_revision"] == engine.revision


def test_an_image_of_an_earlier_turn_is_not_encoded_again(
    chat_engine: Engine, encoded_png: EncodedPng
) -> None:
    chat = ChatFoveal(model=chat_engine, max_tokens=4)
    question = show("What changed?", encoded_png(7))
    first = chat.invoke([question])

    second = chat.invoke([question, first, HumanMessage("And now?")])

    assert first.response_metadata["usage"]["image_encodes"] == 1
    assert second.response_metadata["usage"]["image_encodes"] == 0
    usage = second.usage_metadata
    assert usage is not None
    assert 0 < usage["input_token_details"]["cache_read"] < usage["input_tokens"]
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]


def test_streamed_chunks_add_up_to_the_reply(chat: ChatFoveal) -> None:
    chunks = list(chat.stream("What changed?"))

    assert len(chunks) > 5
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole += chunk
    answered = chat.invoke("What changed?")
    assert whole.text == answered.text
    assert whole.response_metadata["finish_reason"] == answered.response_metadata["finish_reason"]
    assert whole.usage_metadata is not None
    assert whole.usage_metadata["output_tokens"] == 24


def test_a_stream_that_nobody_reads_to_its_end_stops_writing(engine: Engine) -> None:
    writing = engine.stream(
        WriteRequest((Message("user", ("What changed?",)),), max_new_tokens=400)
    )
    next(writing)
    writing.close()

    assert not engine._scheduler._writing.tasks


def test_streams_and_replies_share_the_engine(chat: ChatFoveal) -> None:
    alone = chat.invoke("What changed?").text
    stream = chat.stream("What changed?")
    begun = next(stream).text

    between = chat.invoke("What changed?").text

    assert between == alone == begun + "".join(chunk.text for chunk in stream)


def test_streams_of_several_threads_are_joined(chat: ChatFoveal) -> None:
    alone = chat.invoke("What changed?").text

    def read(_: int) -> str:
        return "".join(chunk.text for chunk in chat.stream("What changed?"))

    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(read, range(8))) == {alone}


def test_a_stop_sequence_ends_the_reply_before_it(chat: ChatFoveal) -> None:
    whole = chat.invoke("What changed?")
    stop = whole.text[8:11]

    cut = chat.invoke("What changed?", stop=[stop])
    streamed = "".join(chunk.text for chunk in chat.stream("What changed?", stop=[stop]))

    assert cut.text == streamed == whole.text[: whole.text.index(stop)].strip()
    assert cut.response_metadata["finish_reason"] == "stop"
    assert cut.usage_metadata is not None
    assert cut.usage_metadata["output_tokens"] < 24


@pytest.mark.parametrize("choice", ["any", "required", True, "flip"], ids=str)
def test_a_tool_that_must_be_called_is_called(patient: ChatFoveal, choice: str) -> None:
    message = patient.bind_tools([zoom, flip], tool_choice=choice).invoke("Look closer")

    assert message.tool_calls
    for call in message.tool_calls:
        assert call["name"] == ("flip" if choice == "flip" else call["name"])
        assert zoom(**call["args"]) if call["name"] == "zoom" else not call["args"]


def test_one_call_at_a_time_where_parallel_calls_are_off(patient: ChatFoveal) -> None:
    tools = patient.bind_tools([zoom, flip], tool_choice="any", parallel_tool_calls=False)

    assert len(tools.invoke("Look closer").tool_calls) == 1


def test_under_auto_text_is_an_answer(patient: ChatFoveal) -> None:
    message = patient.bind(max_tokens=16).invoke("Look closer")
    free = patient.bind_tools([zoom]).bind(max_tokens=16).invoke("Look closer")

    assert message.text
    assert free.text
    assert not free.tool_calls


def test_under_none_the_model_is_told_of_no_tool(patient: ChatFoveal) -> None:
    plain = patient.bind(max_tokens=16).invoke("Look closer")
    without = patient.bind_tools([zoom], tool_choice="none").bind(max_tokens=16)

    assert without.invoke("Look closer").text == plain.text


def test_calls_are_read_only_where_the_tools_accept_them() -> None:
    call = '<tool_call>\n{"name": "zoom", "arguments": {"level": 2}}\n</tool_call>'
    both = read_calls(f"I look closer.\n{call}\n{call}", [ZOOM])

    assert both == ("I look closer.", (Call("zoom", {"level": 2}),) * 2)
    assert read_calls("nothing to see", [ZOOM]) == ("nothing to see", ())
    for bad in (
        call.replace("2", "7"),
        call.replace("zoom", "turn"),
        call[:40],
        call.replace('"arguments"', '"args"'),
    ):
        assert read_calls(bad, [ZOOM]) is None


def test_a_bad_call_of_its_own_choice_is_asked_for_again_and_bound() -> None:
    scripted = Scripted(
        Reply("I look.\n<tool_call>\n{oops", "", "stop", (), usage=Usage(new_tokens=5)),
        Reply(CALL, "", "stop", (), usage=Usage(new_tokens=7)),
    )

    message = ChatFoveal(model=scripted).bind_tools([zoom]).invoke("Look closer")

    free, bound = scripted.asked
    assert free.grammar is None
    assert isinstance(bound.grammar, ToolCalls)
    assert message.text == "I look."
    assert message.tool_calls[0]["args"] == {"level": 2, "side": "top"}
    assert message.usage_metadata is not None
    assert message.usage_metadata["output_tokens"] == 12


def test_a_model_that_cannot_stream_gives_one_chunk_with_its_calls() -> None:
    scripted = Scripted(Reply(f"I look.\n{CALL}", "Hm.", "stop", ()))

    (chunk,) = ChatFoveal(model=scripted).bind_tools([zoom]).stream("Look closer")

    assert chunk.text == "I look."
    assert chunk.tool_calls[0]["name"] == "zoom"
    assert chunk.additional_kwargs["reasoning_content"] == "Hm."


def test_a_call_that_is_cut_is_an_error(patient: ChatFoveal) -> None:
    with pytest.raises(BadReply, match="max_tokens"):
        patient.bind_tools([zoom], tool_choice="any").bind(max_tokens=3).invoke("Look closer")


@pytest.mark.parametrize(
    "schema", [Point, Point.model_json_schema()], ids=["pydantic", "JSON Schema"]
)
def test_a_structured_reply_is_what_its_schema_accepts(
    patient: ChatFoveal, schema: type[BaseModel] | dict[str, Any]
) -> None:
    value = patient.with_structured_output(schema).invoke("Where?")

    if isinstance(schema, type):
        assert isinstance(value, Point)
    else:
        Point.model_validate(value)


def test_the_raw_message_comes_with_what_was_parsed(patient: ChatFoveal) -> None:
    structured = patient.with_structured_output(Point, include_raw=True)

    both = structured.invoke("Where?")

    assert both["parsing_error"] is None
    assert both["parsed"] == Point.model_validate(json.loads(both["raw"].text))


def test_a_structured_reply_that_is_cut_is_an_error(engine: Engine) -> None:
    hasty = ChatFoveal(model=engine, max_tokens=3)

    with pytest.raises(BadReply, match="max_tokens"):
        hasty.with_structured_output(Point, method="json_mode").invoke("Where?")
    both = hasty.with_structured_output(Point, method="json_mode", include_raw=True).invoke("?")
    assert isinstance(both["parsing_error"], BadReply)


@pytest.mark.parametrize(
    "use",
    [
        lambda chat: chat.invoke("Hi", top_p=0.9),
        lambda chat: chat.bind_tools([zoom], tool_choice="turn").invoke("Hi"),
        lambda chat: chat.bind_tools([], tool_choice="any").invoke("Hi"),
        lambda chat: chat.bind_tools([zoom], tool_choice={"type": "auto"}),
        lambda chat: chat.bind_tools([zoom, zoom]).invoke("Hi"),
    ],
    ids=["option", "no such tool", "no tools", "choice", "one name twice"],
)
def test_what_it_does_not_support_is_refused(chat: ChatFoveal, use: Any) -> None:
    with pytest.raises(BadWorkflow):
        use(chat)


def test_a_model_is_loaded_by_its_name(checkpoint: Path, engine: Engine) -> None:
    chat = ChatFoveal(model=str(checkpoint), loading=Loading(device="cpu"), max_tokens=4)

    assert chat.invoke("Hi").response_metadata["model_revision"] == engine.revision


def test_a_graph_streams_the_tokens_of_its_node(chat: ChatFoveal, encoded_png: EncodedPng) -> None:
    def look(state: MessagesState) -> dict[str, Sequence[AnyMessage]]:
        return {"messages": [chat.invoke(state["messages"])]}

    wiring = StateGraph(MessagesState)
    wiring.add_node(look)
    wiring.add_edge(START, "look")
    wiring.add_edge("look", END)
    graph = wiring.compile()

    question = MessagesState(messages=[show("What changed?", encoded_png(0))])
    pieces = [chunk for chunk, _ in graph.stream(question, stream_mode="messages")]

    assert len(pieces) > 5
