"""LangChain's messages become a conversation of ours, or are refused."""

from base64 import b64encode
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from langchain_core.messages import (
    AIMessage,
    AnyMessage,
    ChatMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from PIL import Image

from foveal.models.langchain.messages import conversation_from
from foveal.models.picture_bytes import decode
from foveal.models.protocol import Call, Message, Picture, Tool
from foveal.schemas.errors import BadImage, BadMessage, FovealError


def png(size: tuple[int, int] = (64, 64), mode: str = "RGB", seed: int = 0) -> bytes:
    width, height = size
    random = np.random.default_rng(seed)
    bands = {"L": 1, "RGB": 3, "RGBA": 4}[mode]
    pixels = random.integers(0, 256, (height, width, bands), dtype=np.uint8)
    file = BytesIO()
    Image.fromarray(pixels.squeeze()).save(file, "PNG")
    return file.getvalue()


def base64_png(**options: Any) -> str:
    return b64encode(png(**options)).decode()


ENCODED = base64_png()
URI = f"data:image/png;base64,{ENCODED}"
BLOCKS: dict[str, dict[str, Any]] = {
    "v1, base64": {"type": "image", "base64": ENCODED, "mime_type": "image/png"},
    "v1, data URI": {"type": "image", "url": URI},
    "v0": {"type": "image", "source_type": "base64", "data": ENCODED, "mime_type": "image/png"},
    "OpenAI": {"type": "image_url", "image_url": {"url": URI}},
}


ZOOM = Tool(
    "zoom",
    {"type": "object", "properties": {"level": {"enum": [1, 2]}}, "required": ["level"]},
)


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS.keys())
def test_every_form_of_an_image_block_gives_its_pixels(block: dict[str, Any]) -> None:
    (turn,) = conversation_from([HumanMessage([block])])

    (picture,) = turn.parts
    assert isinstance(picture, Picture)
    assert np.array_equal(picture.pixels, decode(png()))


def test_results_of_tools_keep_their_images_and_their_errors() -> None:
    messages: list[AnyMessage] = [
        HumanMessage("Look"),
        AIMessage("", tool_calls=[{"name": "zoom", "args": {"level": 1}, "id": "1"}]),
        ToolMessage([BLOCKS["v1, base64"]], tool_call_id="1"),
        ToolMessage("no such side", tool_call_id="2", status="error"),
    ]

    _, called, shown, failed = conversation_from(messages)

    assert called == Message("assistant", (), calls=(Call("zoom", {"level": 1}),))
    assert shown.role == "tool"
    assert isinstance(shown.parts[0], Picture)
    assert failed.parts == ("Error: ", "no such side")


def test_system_messages_become_one_with_the_tools_after_it() -> None:
    messages = [SystemMessage("One."), HumanMessage("Hi"), SystemMessage("Two.")]

    system, human = conversation_from(messages, tools=[ZOOM])

    assert system == Message("system", ("One.\n\nTwo.",), tools=(ZOOM,))
    assert human == Message("user", ("Hi",))


@pytest.mark.parametrize(
    ("message", "error"),
    [
        (HumanMessage([{"type": "image", "url": "https://example.com/a.png"}]), BadImage),
        (HumanMessage([{"type": "image", "file_id": "a"}]), BadImage),
        (HumanMessage([{"type": "image", "url": "data:image/svg+xml,<svg/>"}]), BadImage),
        (HumanMessage([{"type": "image", "base64": "?", "mime_type": "image/png"}]), BadImage),
        (HumanMessage([{"type": "image", "base64": "AAAA", "mime_type": "a/b"}]), BadImage),
        (HumanMessage([{"type": "audio", "base64": "AAAA", "mime_type": "a/b"}]), BadMessage),
        (SystemMessage([BLOCKS["v1, base64"]]), BadImage),
        (AIMessage([BLOCKS["v1, base64"]]), BadImage),
        (ChatMessage(content="Hi", role="critic"), BadMessage),
    ],
    ids=["url", "id", "svg", "not base64", "no image", "audio", "system", "assistant", "role"],
)
def test_what_cannot_be_shown_is_refused(message: AnyMessage, error: type[FovealError]) -> None:
    with pytest.raises(error):
        conversation_from([HumanMessage("Hi"), message])


def test_damaged_images_and_several_frames_are_refused() -> None:
    frames = [Image.new("L", (8, 8), grey) for grey in (0, 255)]
    file = BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])

    for data in (png()[:200], file.getvalue()):
        with pytest.raises(BadImage):
            decode(data)


def test_grey_stays_grey_and_alpha_is_laid_on_white() -> None:
    assert decode(png(mode="L")).shape == (64, 64)
    assert decode(png(mode="RGBA")).shape == (64, 64, 3)
