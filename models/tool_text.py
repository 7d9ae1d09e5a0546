"""Tools as text, word for word as Qwen's chat template puts them, for a template without them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any

from foveal.models.protocol import Call, Conversation, Message, Part, Tool

_OFFER = """# Tools

You may call one or more functions to assist with the user query.

You are provided with function signatures within <tools></tools> XML tags:
<tools>
{tools}
</tools>

For each function call, return a json object with function name and arguments within \
<tool_call></tool_call> XML tags:
<tool_call>
{{"name": <function-name>, "arguments": <args-json-object>}}
</tool_call>"""


def described(tool: Tool) -> dict[str, Any]:
    """In OpenAI's format, which Qwen models are trained on."""
    function = {
        "name": tool.name,
        "description": tool.description,
        "parameters": dict(tool.arguments),
    }
    return {"type": "function", "function": function}


def spelled_out(conversation: Conversation) -> Conversation:
    """The same conversation without tools, calls and messages of tools: they have become text."""
    return tuple(_merged(conversation))


def _merged(conversation: Conversation) -> Iterator[Message]:
    """Results of one turn's calls share a user's turn."""
    for role, messages in groupby(conversation, key=lambda message: message.role):
        if role == "tool":
            yield Message("user", _results(list(messages)))
        else:
            yield from map(_with_calls_as_text, messages)


def _results(messages: list[Message]) -> tuple[Part, ...]:
    parts: list[Part] = []
    for index, message in enumerate(messages):
        opening = "\n<tool_response>\n" if index else "<tool_response>\n"
        parts += [opening, *message.parts, "\n</tool_response>"]
    return tuple(parts)


def _with_calls_as_text(message: Message) -> Message:
    if not message.calls and not message.tools:
        return message
    texts = [call_text(call) for call in message.calls]
    if message.tools:
        tools = "\n".join(json.dumps(described(t), ensure_ascii=False) for t in message.tools)
        texts.append(_OFFER.format(tools=tools))
    between = ("\n\n" if message.tools else "\n") if message.parts else ""
    return replace(message, parts=(*message.parts, between + "\n".join(texts)), calls=(), tools=())


def call_text(call: Call) -> str:
    """As the model writes it."""
    arguments = json.dumps(call.arguments, ensure_ascii=False)
    name = json.dumps(call.tool, ensure_ascii=False)
    return f'<tool_call>\n{{"name": {name}, "arguments": {arguments}}}\n</tool_call>'
