"""From messages and options to one request, and from its reply to one message."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple
from uuid import uuid4

from langchain_core.messages import AIMessage, BaseMessage, ToolCall
from langchain_core.messages.ai import InputTokenDetails, UsageMetadata

from foveal.models.langchain.messages import conversation_from
from foveal.models.langchain.structured import shown
from foveal.models.langchain.tools import MOST_CALLS, Said, ToolUse, read_calls, tool_use
from foveal.models.protocol import (
    JsonSchema,
    Reply,
    VisionLanguageModel,
    WriteRequest,
)
from foveal.models.stop_texts import before_stop
from foveal.models.tool_calls import OPEN
from foveal.schemas.errors import BadReply


@dataclass(frozen=True, kw_only=True)
class Options:
    """Of one call."""

    max_tokens: int
    timeout: float | None
    thinking_tokens: int | None
    stop: Sequence[str] = ()
    tools: Sequence[Mapping[str, Any]] = ()
    tool_choice: str = "auto"
    most_calls: int = MOST_CALLS
    reply_schema: Mapping[str, Any] | None = None
    show_schema: bool = True


class Asked(NamedTuple):
    request: WriteRequest
    use: ToolUse


def ask(messages: Sequence[BaseMessage], options: Options) -> Asked:
    use = tool_use(options.tools, options.tool_choice, most=options.most_calls)
    schema = options.reply_schema
    note = shown(schema) if schema is not None and options.show_schema else ""
    bound = JsonSchema(schema) if schema is not None else None
    request = WriteRequest(
        conversation_from(messages, tools=use.offered, note=note),
        grammar=use.grammar if use.must else bound,
        max_new_tokens=options.max_tokens,
        thinking_tokens=options.thinking_tokens,
        seconds=options.timeout,
        stop_texts=tuple(options.stop),
    )
    return Asked(request, use)


def answer(model: VisionLanguageModel, asked: Asked) -> AIMessage:
    (reply,) = model.write([asked.request])
    return understood(model, asked, reply)


def understood(model: VisionLanguageModel, asked: Asked, reply: Reply) -> AIMessage:
    """A call that the tools refuse is asked for again."""
    said: Said | None = Said(reply.text, ())
    if asked.use.offered:
        said = read_calls(reply.text, asked.use.offered)
    if said is None and not asked.use.must:
        return _called_again(model, asked, reply)
    if said is None:
        raise BadReply(
            f"the call of a tool was cut ({reply.finish}) at {reply.text[-40:]!r}",
            fix="allow it more max_tokens or timeout, or bound the tool's arguments",
        )
    return _composed(model, said, reply)


def _called_again(model: VisionLanguageModel, asked: Asked, first: Reply) -> AIMessage:
    """It chose to call and did so badly: it calls again, bound, after the same prompt."""
    bound = Asked(replace(asked.request, grammar=asked.use.grammar), replace(asked.use, must=True))
    (reply,) = model.write([bound.request])
    message = understood(model, bound, replace(reply, usage=first.usage + reply.usage))
    return message.model_copy(update={"content": before_stop(first.text, [OPEN]).strip()})


def _composed(model: VisionLanguageModel, said: Said, reply: Reply) -> AIMessage:
    read = reply.usage.prefill_tokens + reply.usage.cached_tokens
    return AIMessage(
        content=said.text,
        tool_calls=[
            ToolCall(name=call.tool, args=dict(call.arguments), id=f"call_{uuid4().hex}")
            for call in said.calls
        ],
        additional_kwargs={"reasoning_content": reply.thinking} if reply.thinking else {},
        usage_metadata=UsageMetadata(
            input_tokens=read,
            output_tokens=reply.usage.new_tokens,
            total_tokens=read + reply.usage.new_tokens,
            input_token_details=InputTokenDetails(cache_read=reply.usage.cached_tokens),
        ),
        response_metadata={
            "finish_reason": reply.finish,
            "model_provider": "foveal",
            "model_name": model.name,
            "model_revision": model.revision,
            "usage": reply.usage.model_dump(),
            "token_ids": list(reply.ids),
            "repairs": [asdict(repair) for repair in reply.repairs],
        },
    )
