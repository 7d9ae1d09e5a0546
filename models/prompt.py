"""A conversation to what the model takes: token ids, patches, grids and token types.

Equal to transformers' `Qwen3VLProcessor`, which cannot be built without torchvision. Control tokens
inside the text of a message (a label, a file name) stay text.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from transformers import BaseImageProcessor, PreTrainedTokenizerBase

from foveal.models.patches import Grid, Patcher, Patches
from foveal.models.protocol import Conversation, Message, Picture, Pixels
from foveal.models.tool_text import described, spelled_out
from foveal.models.turns import as_written

IMAGE_TOKEN = "<|image_pad|>"
TEXT, IMAGE = 0, 1
"""Token types, as transformers numbers them."""


class Turn(NamedTuple):
    """All of a message that the chat template depends on."""

    role: str
    parts: tuple[str | None, ...]
    """None for a picture."""
    calls: str
    """JSON, as are the tools."""
    tools: str


Wording = tuple[Turn, ...]


@dataclass(frozen=True, eq=False)
class Outline:
    """A prompt without its pixels."""

    ids: list[int]
    token_types: list[int]
    grids: list[Grid]

    def followed_by(self, ids: Sequence[int]) -> "Outline":
        """With text that the assistant's answer begins with."""
        return Outline([*self.ids, *ids], [*self.token_types, *[TEXT] * len(ids)], self.grids)


@dataclass(frozen=True, eq=False)
class Prompt(Outline):
    """`patches` holds all pictures, one after another, in the order of `grids`."""

    patches: Patches


class PromptBuilder:
    def __init__(
        self, tokenizer: PreTrainedTokenizerBase, image_processor: BaseImageProcessor
    ) -> None:
        self.tokenizer = tokenizer
        self.patcher = Patcher(image_processor)
        self.image_token_id = int(tokenizer.convert_tokens_to_ids(IMAGE_TOKEN))
        self._template = lru_cache(maxsize=256)(self._fill_template)
        self._knows_tools = "tool_calls" in str(tokenizer.chat_template)

    def build(self, conversation: Conversation, *, continuation: str = "") -> Prompt:
        """`continuation` begins the assistant's answer."""
        outline = self.outline(conversation, continuation=continuation)
        patches = self.patcher.cut_all(pictures(conversation))
        return Prompt(outline.ids, outline.token_types, outline.grids, patches)

    def outline(self, conversation: Conversation, *, continuation: str = "") -> Outline:
        if not self._knows_tools:
            conversation = spelled_out(conversation)
        shown = pictures(conversation)
        grids = [self.patcher.grid((seen.shape[1], seen.shape[0])) for seen in shown]
        turns = as_written(self._template(wording(conversation)), conversation, self.tokenizer)
        ids = self._expand(turns, grids)
        types = [IMAGE if token == self.image_token_id else TEXT for token in ids]
        return Outline(ids, types, grids).followed_by(self.encode(continuation))

    def encode(self, text: str) -> list[int]:
        """Ids of text that the assistant writes; here control tokens are meant as such."""
        return list(self.tokenizer.encode(text, add_special_tokens=False)) if text else []

    def _fill_template(self, wording: Wording) -> tuple[int, ...]:
        """The chat template's ids, one image token a picture."""
        ids = self.tokenizer.apply_chat_template(
            [_message(turn) for turn in wording],
            tools=json.loads(wording[0].tools) if wording[0].tools else None,
            add_generation_prompt=True,
            return_dict=False,
            sanitize_control_tokens=True,
        )
        return tuple(ids)

    def _expand(self, ids: tuple[int, ...], grids: list[Grid]) -> list[int]:
        """Repeats each picture's token, once a merged block of patches."""
        remaining = iter(grids)
        expanded: list[int] = []
        for token in ids:
            times = 1
            if token == self.image_token_id:
                times = next(remaining).patches // self.patcher.merge**2
            expanded += [token] * times
        assert next(remaining, None) is None, "the chat template shows pictures of users only"
        return expanded


def pictures(conversation: Conversation) -> list[Pixels]:
    """What the conversation shows, in order."""
    return [
        part.pixels
        for message in conversation
        for part in message.parts
        if isinstance(part, Picture)
    ]


def wording(conversation: Conversation) -> Wording:
    return tuple(_turn(message) for message in conversation)


def _turn(message: Message) -> Turn:
    parts = tuple(part if isinstance(part, str) else None for part in message.parts)
    calls = [{"name": call.tool, "arguments": call.arguments} for call in message.calls]
    tools = [described(tool) for tool in message.tools]
    return Turn(
        message.role,
        parts,
        calls=json.dumps(calls, ensure_ascii=False) if calls else "",
        tools=json.dumps(tools, ensure_ascii=False) if tools else "",
    )


def _message(turn: Turn) -> dict[str, Any]:
    calls = {"tool_calls": json.loads(turn.calls)} if turn.calls else {}
    return {"role": turn.role, "content": [_content(part) for part in turn.parts], **calls}


def _content(part: str | None) -> dict[str, str]:
    return {"type": "image"} if part is None else {"type": "text", "text": part}
