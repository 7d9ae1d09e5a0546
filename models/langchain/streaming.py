"""An answer while it is written, in LangChain's chunks."""

import json
from collections.abc import Iterator
from contextlib import closing

from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.messages.tool import tool_call_chunk

from foveal.models.langchain.asking import Asked, answer, understood
from foveal.models.protocol import Streaming, VisionLanguageModel
from foveal.models.stop_texts import before_stop, safe_part
from foveal.models.tool_calls import OPEN


def answer_in_chunks(model: VisionLanguageModel, asked: Asked) -> Iterator[AIMessageChunk]:
    """Text up to where a tool is called; the last chunk brings what is left, and the rest."""
    if not isinstance(model, Streaming) or asked.request.grammar is not None:
        yield _last(answer(model, asked), sent=0)
        return
    text, sent = "", 0
    with closing(model.stream(asked.request)) as writing:
        while True:
            try:
                text += next(writing)
            except StopIteration as end:
                yield _last(understood(model, asked, end.value), sent=sent)
                return
            sure = safe_part(before_stop(text, [OPEN]), [OPEN]).rstrip()
            if len(sure) > sent:
                yield AIMessageChunk(content=sure[sent:])
                sent = len(sure)


def _last(message: AIMessage, *, sent: int) -> AIMessageChunk:
    """`sent` counts the characters that earlier chunks held."""
    calls = [
        tool_call_chunk(name=call["name"], args=json.dumps(call["args"]), id=call["id"], index=i)
        for i, call in enumerate(message.tool_calls)
    ]
    return AIMessageChunk(
        content=str(message.text)[sent:],
        tool_call_chunks=calls,
        additional_kwargs=message.additional_kwargs,
        usage_metadata=message.usage_metadata,
        response_metadata=message.response_metadata,
        chunk_position="last",
    )
