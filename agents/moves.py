"""What an explorer can do, as tools that a model calls, and the turns that answer it.

The same in a run and in training. Tools speak English in every language, as their names do.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from foveal.agents.listing import exactly
from foveal.models.protocol import Call, Conversation, Message, Picture, Tool
from foveal.models.tool_calls import CLOSE, OPEN
from foveal.schemas.base import Strict

NOTED = "noted"
NO_CALL = (
    "that calls no tool: write JSON of a name and its arguments, "
    f'as {OPEN}{{"name": "done", "arguments": {{}}}}{CLOSE}'
)


class _Written(Strict):
    name: str
    arguments: dict[str, Any]

    def call(self) -> Call:
        return Call(self.name, self.arguments)


def moves(labels: Iterable[str], *, box: dict[str, Any]) -> tuple[Tool, ...]:
    """`box` is the JSON Schema of a box as the model writes it."""
    return (
        Tool("zoom", exactly({"box": box}), "Look closer at a place of A."),
        Tool(
            "report",
            exactly({"label": {"enum": [*labels]}, "box": box}),
            "Report what a view shows, with its place in A.",
        ),
        Tool("done", exactly({}), "End, when nothing is left to look at."),
    )


def offering(conversation: Conversation, tools: tuple[Tool, ...]) -> Conversation:
    """The same conversation, with tools to call."""
    system, *rest = conversation
    return replace(system, tools=tools), *rest


def called(text: str) -> Call | None:
    """The first call in a text, in any spacing; None where it holds no whole one."""
    _, _, written = text.partition(OPEN)
    try:
        call, _ = json.JSONDecoder().raw_decode(written.lstrip())
        return _Written.model_validate(call).call()
    except ValueError:
        return None


def asked(call: Call) -> Message:
    """The turn of an assistant that calls a tool and says no more."""
    return Message("assistant", (), calls=(call,))


def shown(picture: Picture) -> tuple[Message, Message]:
    """Pictures are shown by users: servers refuse them in messages of tools."""
    text = f"{picture.name}: "
    return told(f"see {picture.name}"), Message("user", (text, picture))


def told(text: str) -> Message:
    return Message("tool", (text,))
