from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import partial
from operator import itemgetter
from typing import Any, Literal

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.language_models.base import LangSmithParams
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable, RunnableLambda, RunnableMap, RunnablePassthrough
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ConfigDict, Field, PrivateAttr, SkipValidation

from foveal.models.langchain.asking import Asked, Options, answer, ask
from foveal.models.langchain.streaming import answer_in_chunks
from foveal.models.langchain.structured import Schema, for_tracing, json_schema, parsed
from foveal.models.langchain.tools import MOST_CALLS
from foveal.models.load import AS_IT_IS, load_model
from foveal.models.protocol import VisionLanguageModel
from foveal.schemas.errors import BadWorkflow
from foveal.schemas.loading import Loading

OPTIONS = {option.name for option in fields(Options)}

Method = Literal["json_schema", "function_calling", "json_mode"]


class ChatFoveal(BaseChatModel):
    """A vision-language model in this process, for LangChain and LangGraph.

    Images come as base64 in human and tool messages, and each is encoded once, however many turns
    show it. Nothing is fetched. All of a thread's or a batch's calls share one engine.

    Tools: under `tool_choice="any"`, or a tool's name, the reply is bound to calls that the tools'
    JSON Schemas accept. Under `"auto"` the model writes freely, in text or Qwen's syntax for calls;
    a call that the schemas refuse is written again, bound. Under `"none"` it is told of no tool.

    Structured output is bound to the schema while it is written, whatever the method;
    `json_mode` alone does not show the model the schema. What is bound is not streamed: it may be
    repaired, and comes as one chunk. Stop sequences end free text only. Decoding is greedy.
    """

    model_config = ConfigDict(extra="forbid")

    model: SkipValidation[VisionLanguageModel | str]
    """An engine, or the name of a model to load: `tiny`, a folder, a hub name."""
    loading: Loading = AS_IT_IS
    """How a model given by name is loaded."""
    max_tokens: int = Field(default=512, gt=0)
    """Of a reply, thinking included."""
    timeout: float | None = Field(default=None, gt=0)
    """Seconds after which a reply is cut."""
    thinking_tokens: int | None = Field(default=None, ge=0)
    """A thought comes first and is closed after so many; 0 answers at once."""
    stop: list[str] | None = None
    temperature: Literal[0] = 0
    streaming: bool = False
    """LangChain's switch: invoke, too, streams to its callbacks."""

    _engine: VisionLanguageModel = PrivateAttr()

    def model_post_init(self, _context: Any, /) -> None:
        model = self.model
        self._engine = load_model(model, self.loading) if isinstance(model, str) else model

    @property
    def _llm_type(self) -> str:
        return "foveal"

    @property
    def _identifying_params(self) -> Mapping[str, Any]:
        engine = {"model": self._engine.name, "revision": self._engine.revision}
        return engine | {
            "max_tokens": self.max_tokens,
            "thinking_tokens": self.thinking_tokens,
            "stop": self.stop,
        }

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        return super()._get_ls_params(stop, **{"model": self._engine.name} | kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002 - tells nothing more
        **kwargs: Any,
    ) -> ChatResult:
        message = answer(self._engine, self._ask(messages, stop, kwargs))
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002 - told of each chunk
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        asked = self._ask(messages, stop, kwargs)
        for chunk in answer_in_chunks(self._engine, asked):
            yield ChatGenerationChunk(message=chunk)

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | Mapping[str, Any] | bool | None = None,
        parallel_tool_calls: bool = True,
        strict: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """`strict` changes nothing: what is bound is always bound in full."""
        return self.bind(
            tools=[convert_to_openai_tool(tool, strict=strict) for tool in tools],
            tool_choice=_choice(tool_choice),
            most_calls=MOST_CALLS if parallel_tool_calls else 1,
            **kwargs,
        )

    def with_structured_output(  # type: ignore[override]  # unknown options are refused
        self,
        schema: Schema,
        *,
        include_raw: bool = False,
        method: Method = "json_schema",
        strict: bool | None = None,
    ) -> Runnable[LanguageModelInput, Any]:
        """An instance of a pydantic class, otherwise the JSON; a reply that was cut is an error."""
        traced = {"kwargs": {"method": method, "strict": strict}, "schema": for_tracing(schema)}
        bound = self.bind(
            reply_schema=json_schema(schema),
            show_schema=method != "json_mode",
            ls_structured_output_format=traced,
        )
        parse = RunnableLambda(partial(parsed, schema=schema), name="parsed")
        if not include_raw:
            return bound | parse
        tried = RunnablePassthrough.assign(
            parsed=itemgetter("raw") | parse, parsing_error=lambda _: None
        )
        failed = RunnablePassthrough.assign(parsed=lambda _: None)
        return RunnableMap(raw=bound) | tried.with_fallbacks(
            [failed], exception_key="parsing_error"
        )

    def _ask(
        self, messages: list[BaseMessage], stop: list[str] | None, given: dict[str, Any]
    ) -> Asked:
        if unknown := given.keys() - OPTIONS:
            raise BadWorkflow(
                f"there are no options {sorted(unknown)!r}", fix=f"use of {sorted(OPTIONS)}"
            )
        mine = {
            "max_tokens": self.max_tokens,
            "timeout": self.timeout,
            "thinking_tokens": self.thinking_tokens,
            "stop": (self.stop or []) if stop is None else stop,
        }
        return ask(messages, Options(**mine | given))


def _choice(given: str | Mapping[str, Any] | bool | None) -> str:
    match given:
        case None:
            return "auto"
        case True | "required":
            return "any"
        case str():
            return given
        case {"function": {"name": str(name)}}:
            return name
    raise BadWorkflow(
        f"tool_choice {given!r} is not known", fix="use auto, none, any or the name of a tool"
    )
