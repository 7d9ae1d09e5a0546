"""What a server said, whichever way it has thoughts and calls."""

from typing import Any

import pytest
from pydantic import ValidationError

from foveal.models.served.completion import Completion
from foveal.models.served.scripted import said
from foveal.schemas.errors import BadReply


def read(text: str | None, **how: Any) -> tuple[str, str, str]:
    found = Completion.model_validate_json(said(text, **how).body).said()
    return found.text, found.thinking, found.finish


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("open", {"reasoning_content": "a gap\n"}, id="reasoning_content"),
        pytest.param("open", {"reasoning": "a gap"}, id="reasoning"),
        pytest.param("<think>\na gap\n</think>\n\nopen", {}, id="tags"),
        pytest.param("a gap\n</think>\n\nopen", {}, id="opened by the chat template"),
    ],
)
def test_a_thought_is_told_from_the_answer(text: str, message: dict[str, str]) -> None:
    assert read(text, **message) == ("open", "a gap", "stop")


def test_a_thought_that_was_cut_is_no_answer() -> None:
    assert read("<think>\na g", finish="length") == ("", "a g", "length")
    assert read(None, finish="length", reasoning_content="a g") == ("", "a g", "length")


def test_a_call_that_the_server_parsed_is_what_the_model_wrote() -> None:
    call = {"id": "1", "type": "function", "function": {"name": "zoom", "arguments": '{"x":1}'}}
    text, _, finish = read(None, finish="tool_calls", tool_calls=[call])
    assert text == '<tool_call>\n{"name": "zoom", "arguments": {"x": 1}}\n</tool_call>'
    assert finish == "stop"


def test_an_answer_that_the_server_withheld_is_an_error() -> None:
    with pytest.raises(BadReply, match="ended an answer with 'content_filter'"):
        read("", finish="content_filter")


@pytest.mark.parametrize("body", [b"", b"[]", b'{"choices": []}', b'{"choices": [{"message": 3}]}'])
def test_what_is_no_completion_is_refused(body: bytes) -> None:
    with pytest.raises(ValidationError):
        Completion.model_validate_json(body)
