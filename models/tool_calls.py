"""Tool calls as Qwen models write them: one JSON object between tags, arguments under a schema.

<tool_call>
{"name": "zoom", "arguments": {"box": [0, 0, 500, 500]}}
</tool_call>
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from foveal.models.protocol import ToolCalls
from foveal.schemas.errors import BadWorkflow

OPEN, CLOSE = "<tool_call>", "</tool_call>"
SEPARATORS = {"item_separator": ", ", "key_separator": ": "}
"""As the chat template shows earlier calls, and so as the model was trained."""

_CALL = re.compile(r'<tool_call>\n\{"name": ("(?:[^"\\]|\\.)*"), "arguments": (?=\{)')


class WrittenCall(NamedTuple):
    name: str
    start: int
    """Where in the text its arguments begin."""


def written_calls(text: str) -> Iterator[WrittenCall]:
    """Of a text that the grammar bound."""
    start = 0
    while found := _CALL.search(text, start):
        yield WrittenCall(json.loads(found[1]), found.end())
        _, start = json.JSONDecoder().raw_decode(text, found.end())


def tool_call_grammar(
    calls: ToolCalls, schemas: Sequence[Mapping[str, Any]], tags: Sequence[str]
) -> str:
    """In llguidance's dialect of Lark. `schemas` of the arguments, `tags` as it names them."""
    names = [tool.name for tool in calls.tools]
    if not all(names) or not 0 < len(set(names)) == len(names) or calls.most < 1:
        raise BadWorkflow(
            f"at most {calls.most} calls of the tools {names!r} cannot be asked for",
            fix="give at least one tool, each under a name of its own, and one call or more",
        )
    numbers = range(len(names))
    opening, closing = tags
    return "\n".join(
        [
            "start: call" + (f' ("\\n" call){{0,{calls.most - 1}}}' if calls.most > 1 else ""),
            f'call: {opening} "\\n" ({" | ".join(f"tool_{n}" for n in numbers)}) "\\n" {closing}',
            *[f'tool_{n}: {quoted(_head(names[n]))} arguments_{n} "}}"' for n in numbers],
            *[f"arguments_{n}: %json {json.dumps(schemas[n])}" for n in numbers],
        ]
    )


def _head(name: str) -> str:
    return f'{{"name": {json.dumps(name, ensure_ascii=False)}, "arguments": '


def quoted(text: str) -> str:
    """As JSON and llguidance's Lark both write a text."""
    return json.dumps(text, ensure_ascii=False)
