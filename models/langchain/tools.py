"""Which tools a reply may call or must, and which it did call."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from foveal.models.protocol import Call, Tool, ToolCalls
from foveal.models.schema_check import check_size, checked_validator
from foveal.models.tool_calls import OPEN, written_calls
from foveal.schemas.errors import BadWorkflow

MOST_CALLS = 8
"""In one reply."""


class Said(NamedTuple):
    """A reply, taken apart."""

    text: str
    calls: tuple[Call, ...]


@dataclass(frozen=True)
class ToolUse:
    """Of one request."""

    offered: tuple[Tool, ...] = ()
    must: bool = False
    """Bound to call one of those offered; otherwise it may answer in text."""
    most: int = MOST_CALLS

    @property
    def grammar(self) -> ToolCalls:
        return ToolCalls(self.offered, most=self.most)


def tool_use(tools: Sequence[Mapping[str, Any]], choice: str, *, most: int) -> ToolUse:
    """`tools` in OpenAI's format; `choice` is `auto`, `none`, `any` or the name of one."""
    offered = tuple(_tool(tool["function"]) for tool in tools)
    names = [tool.name for tool in offered]
    if len(set(names)) < len(names):
        raise BadWorkflow(
            f"of the tools {names!r} two have one name", fix="give each a name of its own"
        )
    match choice:
        case "none":
            return ToolUse()
        case "auto":
            return ToolUse(offered, most=most)
        case "any" if offered:
            return ToolUse(offered, must=True, most=most)
        case name if name in names:
            return ToolUse((offered[names.index(name)],), must=True, most=1)
    raise BadWorkflow(
        f"tool_choice {choice!r} is not possible with the tools {names!r}",
        fix="use auto, none, any or the name of a bound tool",
    )


def read_calls(text: str, tools: Sequence[Tool]) -> Said | None:
    """None where it began to call and did not do so in full, or not as the tool demands."""
    said, opening, _ = text.partition(OPEN)
    if not opening:
        return Said(text, ())
    try:
        calls = tuple(
            Call(call.name, json.JSONDecoder().raw_decode(text, call.start)[0])
            for call in written_calls(text)
        )
    except ValueError:
        return None
    whole = len(calls) == text.count(OPEN) and all(_fits(call, tools) for call in calls)
    return Said(said.strip(), calls) if whole else None


def _fits(call: Call, tools: Sequence[Tool]) -> bool:
    for tool in tools:
        if tool.name == call.tool:
            check_size(tool.arguments)
            return checked_validator(tool.arguments).is_valid(call.arguments)
    return False


def _tool(function: Mapping[str, Any]) -> Tool:
    arguments = dict(function.get("parameters") or {"type": "object", "properties": {}})
    if not arguments.get("properties"):
        arguments.setdefault("additionalProperties", False)  # or it would make some up
    return Tool(function["name"], arguments, function.get("description", ""))
