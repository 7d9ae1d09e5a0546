"""A conversation as chat completion servers take it.

Tools, calls and their results are text in the syntax that Qwen models are trained on, so that a
served model reads what it reads in process, whatever its server makes of tools. Results, and the
pictures in them, so become turns of a user: servers refuse pictures in messages of tools.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import groupby
from typing import Any

import PIL.Image

from foveal.models.protocol import Conversation, Message, Part, Picture, Pixels
from foveal.models.tool_text import spelled_out
from foveal.schemas.errors import BadMessage

_CONTROL = re.compile(r"<\|[a-z_]+\|>")
"""What a server's tokenizer would read as the end of a turn or the place of a picture."""


def messages(conversation: Conversation) -> list[dict[str, Any]]:
    return [_message(message) for message in spelled_out(conversation)]


def check_control_tokens(conversation: Conversation) -> None:
    for text in _texts(conversation):
        if found := _CONTROL.search(text):
            raise BadMessage(
                f"a text holds the control token {found[0]!r}, which a server would obey",
                fix="word it otherwise, or use a model in this process, which reads it as text",
            )


def data_uri(pixels: Pixels) -> str:
    """PNG of exactly these pixels."""
    file = BytesIO()
    PIL.Image.fromarray(pixels).save(file, "PNG")
    return f"data:image/png;base64,{b64encode(file.getvalue()).decode()}"


def _texts(conversation: Conversation) -> Iterator[str]:
    for message in conversation:
        yield from (part for part in message.parts if isinstance(part, str))


def _message(message: Message) -> dict[str, Any]:
    parts = list(_parts(message.parts))
    if [part["type"] for part in parts] == ["text"]:
        return {"role": message.role, "content": parts[0]["text"]}
    return {"role": message.role, "content": parts}


def _parts(parts: Iterable[Part]) -> Iterator[dict[str, Any]]:
    """Texts side by side are one: some servers put a line break between two."""
    for is_text, group in groupby(parts, key=lambda part: isinstance(part, str)):
        if is_text:
            yield {"type": "text", "text": "".join(part for part in group if isinstance(part, str))}
            continue
        for part in group:
            assert isinstance(part, Picture)
            yield {"type": "image_url", "image_url": {"url": data_uri(part.pixels)}}
