"""LangChain's messages → a conversation of ours. Pictures are decoded, nothing is fetched."""

import binascii
from base64 import b64decode
from collections.abc import Iterator, Sequence

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.messages.content import ContentBlock, ImageContentBlock

from foveal.models.picture_bytes import decode
from foveal.models.protocol import Call, Conversation, Message, Part, Picture, Tool
from foveal.schemas.errors import BadImage, BadMessage


def conversation_from(
    messages: Sequence[BaseMessage], *, tools: Sequence[Tool] = (), note: str = ""
) -> Conversation:
    """All system messages become one at the beginning, which ends with `note` and the tools."""
    system = [message.text for message in messages if isinstance(message, SystemMessage)]
    turns = [_turn(message) for message in messages if not isinstance(message, SystemMessage)]
    for message in messages:
        if isinstance(message, SystemMessage):
            _refuse_pictures(message)
    text = "\n\n".join(filter(None, [*system, note]))
    if not turns:
        raise BadMessage(
            "there is nothing to answer in a conversation of system messages",
            fix="add a human message",
        )
    if not text and not tools:
        return tuple(turns)
    return (Message("system", (text,) if text else (), tools=tuple(tools)), *turns)


def _turn(message: BaseMessage) -> Message:
    match message:
        case HumanMessage():
            return Message("user", tuple(_parts(message)))
        case ToolMessage():
            return Message("tool", tuple(_result(message)))
        case AIMessage():
            ids = tuple(message.response_metadata.get("token_ids", ()))
            return Message("assistant", tuple(_said(message)), calls=_calls(message), ids=ids)
    raise BadMessage(
        f"a message of type {message.type!r} has no place in a conversation with Qwen models",
        fix="send system, human, ai and tool messages",
    )


def _parts(message: BaseMessage) -> Iterator[Part]:
    for block in message.content_blocks:
        yield _part(block)


def _part(block: ContentBlock) -> Part:
    if block["type"] == "text":
        return block["text"]
    if block["type"] == "image":
        return Picture("image", decode(_bytes(block)))
    raise BadMessage(
        f"the model cannot be shown a content block of type {block['type']!r}",
        fix="send text and images, e.g. a document's pages as PNG",
    )


def _result(message: ToolMessage) -> Iterator[Part]:
    if message.status == "error" and not message.text.lower().startswith("error"):
        yield "Error: "
    yield from _parts(message)


def _said(message: AIMessage) -> Iterator[str]:
    """What it thought is left out, as Qwen's chat template leaves it out of earlier turns."""
    _refuse_pictures(message)
    if message.text:
        yield str(message.text)


def _calls(message: AIMessage) -> tuple[Call, ...]:
    return tuple(Call(call["name"], call["args"]) for call in message.tool_calls)


def _refuse_pictures(message: BaseMessage) -> None:
    if any(block["type"] == "image" for block in message.content_blocks):
        raise BadImage(
            f"a message of type {message.type!r} holds an image, and Qwen models are shown "
            "none there",
            fix="put it into a human or a tool message",
        )


def _bytes(block: ImageContentBlock) -> bytes:
    url = block.get("url", "")
    encoded = block.get("base64")
    if encoded is None and url.startswith("data:"):
        head, _, encoded = url.partition(",")
        if not head.endswith(";base64"):
            raise BadImage(
                f"an image's data URI begins {head[:40]!r}", fix="encode its bytes in base64"
            )
    if encoded is None:
        raise BadImage(
            f"an image is given by reference ({url or block.get('file_id')!r}), "
            "and foveal fetches nothing",
            fix="read the file and send its bytes as base64",
        )
    try:
        return b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadImage(
            "an image in a message is not valid base64", fix="encode the whole file again"
        ) from error
