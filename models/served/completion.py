"""A server's JSON as it is read: what is not used is ignored, what is used has its type."""

import json
import re
from typing import Literal, NamedTuple

from pydantic import BaseModel, Field

from foveal.models.protocol import Call, Finish
from foveal.models.tool_text import call_text
from foveal.schemas.errors import BadReply

_FINISHES: dict[str, Finish] = {"stop": "stop", "tool_calls": "stop", "length": "length"}
_THOUGHT = re.compile(r"\s*(?:<think>)?(.*?)</think>\s*", re.DOTALL)
"""Where the chat template opens the thought, only its end is in the answer."""
_UNENDED = re.compile(r"\s*<think>(.*)", re.DOTALL)
CLOSE_THINKING = "</think>"


class Listed(BaseModel):
    token: str
    logprob: float


class Token(Listed):
    top_logprobs: list[Listed] = []


class _LogProbabilities(BaseModel):
    content: list[Token] | None = None


class _Function(BaseModel):
    name: str
    arguments: str


class _ToolCall(BaseModel):
    function: _Function


class _Message(BaseModel):
    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    tool_calls: list[_ToolCall] | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str
    logprobs: _LogProbabilities | None = None


class _Recalled(BaseModel):
    cached_tokens: int | None = None


class Spent(BaseModel):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: _Recalled | None = None

    @property
    def cached_tokens(self) -> int:
        return (self.prompt_tokens_details and self.prompt_tokens_details.cached_tokens) or 0


class Said(NamedTuple):
    text: str
    thinking: str
    finish: Finish
    tokens: list[Token]
    """Of thought and text; none where the server tells no probabilities."""


class Completion(BaseModel):
    object: Literal["chat.completion"] = "chat.completion"
    choices: list[_Choice] = Field(min_length=1)
    usage: Spent | None = None

    def said(self) -> Said:
        """With the thought apart, whichever way the server has it. Raises BadReply."""
        choice = self.choices[0]
        finish = _FINISHES.get(choice.finish_reason)
        if finish is None:
            raise BadReply(
                f"the server ended an answer with {choice.finish_reason!r}",
                fix="ask another server or model: this one will not answer that",
            )
        message = choice.message
        thought, text = _apart(message.content or "")
        thinking = message.reasoning_content or message.reasoning or thought
        texts = [text, *map(_as_text, message.tool_calls or [])]
        tokens = (choice.logprobs and choice.logprobs.content) or []
        return Said("\n".join(filter(None, texts)), thinking.strip(), finish, tokens)


def _apart(content: str) -> tuple[str, str]:
    if found := _THOUGHT.match(content):
        return found[1], content[found.end() :].strip()
    if found := _UNENDED.match(content):
        return found[1], ""
    return "", content.strip()


def _as_text(call: _ToolCall) -> str:
    """As the model wrote it before the server parsed it."""
    try:
        arguments = json.loads(call.function.arguments)
    except ValueError:
        return call.function.arguments
    return call_text(Call(call.function.name, arguments))
