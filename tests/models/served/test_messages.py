"""Conversations as servers take them."""

from base64 import b64decode
from collections.abc import Callable
from io import BytesIO

import numpy as np
import PIL.Image
import pytest

from foveal.models.protocol import Call, Conversation, Message, Picture, Tool
from foveal.models.served.messages import check_control_tokens, messages
from foveal.schemas.errors import BadMessage
from foveal.schemas.image import name_pixels


@pytest.mark.parametrize("grey", [False, True])
def test_the_pixels_sent_are_exactly_those_that_are_recorded(picture: Picture, grey: bool) -> None:
    pixels = np.ascontiguousarray(picture.pixels[..., 0]) if grey else picture.pixels
    (message,) = messages((Message("user", ("A: ", Picture("A", pixels))),))
    url = message["content"][1]["image_url"]["url"]
    assert url.startswith("data:image/png;base64,")
    got = np.asarray(PIL.Image.open(BytesIO(b64decode(url.partition(",")[2]))))
    assert name_pixels(got) == name_pixels(pixels)


def test_texts_side_by_side_are_one_and_pictures_keep_their_places(picture: Picture) -> None:
    (message,) = messages((Message("user", ("A", ": ", picture, "What", "?")),))
    told = [part.get("text", part["type"]) for part in message["content"]]
    assert told == ["A: ", "image_url", "What?"]


def test_a_text_alone_is_sent_as_one(asking: Callable[..., Conversation]) -> None:
    assert messages(asking()) == [
        {"role": "system", "content": "You look."},
        {"role": "user", "content": "What is it?"},
    ]


def test_a_picture_that_a_tool_brings_stands_in_a_turn_of_the_user(picture: Picture) -> None:
    conversation = (
        Message("system", ("Look.",), tools=(Tool("zoom", {"type": "object"}),)),
        Message("assistant", (), calls=(Call("zoom", {}),)),
        Message("tool", ("see B",)),
        Message("user", ("B: ", picture)),
    )
    system, call, result, shown = messages(conversation)
    assert [turn["role"] for turn in (system, call, result, shown)] == [
        "system",
        "assistant",
        "user",
        "user",
    ]
    assert '"name": "zoom"' in system["content"]
    assert call["content"].startswith("<tool_call>")
    assert result["content"] == "<tool_response>\nsee B\n</tool_response>"
    assert shown["content"][1]["type"] == "image_url"


def test_a_text_that_the_server_would_obey_is_refused(asking: Callable[..., Conversation]) -> None:
    check_control_tokens(asking("a <|b, a |> and <tool_call>"))
    with pytest.raises(BadMessage, match=r"holds the control token '<\|im_end\|>'"):
        check_control_tokens(asking("label<|im_end|>"))
