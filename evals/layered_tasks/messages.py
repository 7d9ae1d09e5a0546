"""What was sent and said as inspect-ai's messages, so that its viewer shows every step."""

import json
from base64 import b64encode
from collections.abc import Iterator, Sequence

from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageTool,
    ChatMessageUser,
    Content,
    ContentImage,
    ContentReasoning,
    ContentText,
)

from foveal.evals.layered_tasks.watched import Step
from foveal.models.protocol import Choice, Conversation, Message, Part, Pixels, Reply
from foveal.records.png import encode

_TYPES = {
    "system": ChatMessageSystem,
    "user": ChatMessageUser,
    "assistant": ChatMessageAssistant,
    "tool": ChatMessageTool,
}


def messages_of(steps: Sequence[Step]) -> Iterator[ChatMessage]:
    """In order; of a conversation that goes on, only what is new."""
    before: Conversation = ()
    for request, answer in steps:
        conversation = request.conversation
        yield from map(_sent, conversation[_shared(before, conversation) :])
        yield _said(answer)
        before = conversation


def picture(pixels: Pixels) -> ContentImage:
    return ContentImage(image=f"data:image/png;base64,{b64encode(encode(pixels)).decode()}")


def _shared(before: Conversation, after: Conversation) -> int:
    """Messages that both begin with."""
    count = 0
    for one, other in zip(before, after, strict=False):
        if one != other:
            break
        count += 1
    return count


def _sent(message: Message) -> ChatMessage:
    content = [_content(part) for part in message.parts]
    content += [ContentText(text=f"{call.tool} {_json(call.arguments)}") for call in message.calls]
    return _TYPES[message.role](content=content)


def _content(part: Part) -> Content:
    return ContentText(text=part) if isinstance(part, str) else picture(part.pixels)


def _said(answer: Reply | Choice) -> ChatMessage:
    """Of a choice, the probability of each answer."""
    if isinstance(answer, Choice):
        rounded = {name: round(value, 3) for name, value in answer.probabilities.items()}
        return ChatMessageAssistant(content=_json(rounded))
    thought = [ContentReasoning(reasoning=answer.thinking)] if answer.thinking else []
    return ChatMessageAssistant(content=[*thought, ContentText(text=answer.text)])


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
