"""What foveal asks of a vision-language model: write text, or choose among given answers.

A request is data and can be built, logged and tested without weights; a model answers a batch.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from foveal.models.coordinates import Coordinates
from foveal.schemas.report import Usage

Pixels = NDArray[np.uint8]
"""Height × width (grey) or height × width × 3 (RGB), 0 to 255."""


@dataclass(frozen=True, eq=False)
class Picture:
    """Pixels shown to the model under a name that the instructions use."""

    name: str
    pixels: Pixels


Part = str | Picture


@dataclass(frozen=True)
class Tool:
    name: str
    arguments: Mapping[str, Any]
    """JSON Schema of an object."""
    description: str = ""


@dataclass(frozen=True)
class Call:
    """Of a tool, as the model wrote it in an earlier turn."""

    tool: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Message:
    role: Literal["system", "user", "assistant", "tool"]
    """`tool` brings the result of a call."""
    parts: tuple[Part, ...]
    calls: tuple[Call, ...] = ()
    """What an assistant called, after its text."""
    tools: tuple[Tool, ...] = ()
    """What a system message offers, after its text; only the first message may."""
    ids: tuple[int, ...] = ()
    """Of an assistant's whole turn, as the model wrote it; without them it is encoded anew."""


Conversation = tuple[Message, ...]


@dataclass(frozen=True)
class JsonSchema:
    """Compact JSON that this schema accepts."""

    schema: Mapping[str, Any]


@dataclass(frozen=True)
class Regex:
    """Text that matches as a whole; in the syntax of Rust's regex crate, without look-around."""

    pattern: str


@dataclass(frozen=True)
class OneOf:
    """Exactly one of these texts."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class ToolCalls:
    """One call or more, in the syntax that Qwen models are trained on."""

    tools: tuple[Tool, ...]
    most: int = 1


Grammar = JsonSchema | Regex | OneOf | ToolCalls
"""What binds an answer while it is written; thinking is free."""


@dataclass(frozen=True)
class WriteRequest:
    """Continue the conversation with text, under a grammar where one is given."""

    conversation: Conversation
    grammar: Grammar | None = None
    max_new_tokens: int = 512
    """Thinking included."""
    thinking_tokens: int | None = None
    """A thought comes first and is closed after so many; 0 answers at once, None as models like."""
    seconds: float | None = None
    """From the call on; looked at between forward passes."""
    stop_texts: tuple[str, ...] = ()
    """A free answer ends before the first of them; under a grammar they mean nothing."""


Finish = Literal["stop", "length", "time", "loop"]
"""`stop` is the only one whose text is whole; under a grammar it then also validates."""


@dataclass(frozen=True)
class Repair:
    """A value that did not validate and was written anew."""

    location: str
    """JSON Pointer (RFC 6901), inside its call where tools are called."""
    reason: str
    was: str
    became: str


@dataclass(frozen=True)
class Reply:
    text: str
    thinking: str
    finish: Finish
    log_probabilities: tuple[float, ...]
    """Of every token written, also of those that a repair replaced; 0 where it was forced."""
    usage: Usage = field(default_factory=Usage)
    lenient: bool = False
    """The grammar was looser than the schema, which was only checked afterwards."""
    repairs: tuple[Repair, ...] = ()
    ids: tuple[int, ...] = ()
    """Tokens of the text; none where it was repaired, or cut inside one."""

    @property
    def message(self) -> Message:
        """The turn to go on from, which the model need not read again."""
        return Message("assistant", (self.text,), ids=self.ids)


@dataclass(frozen=True)
class ChooseRequest:
    """Which of these answers continues the conversation?"""

    conversation: Conversation
    answers: tuple[str, ...]
    thinking: str = ""
    """Of a reply to the same conversation; it stands before the answers, in the same turn."""


@dataclass(frozen=True)
class Choice:
    """Probability of each answer offered; they sum to one over the closed set."""

    probabilities: dict[str, float]
    usage: Usage = field(default_factory=Usage)
    guided: bool = False
    """Told without how sure the model is: the answer has 1, which measures nothing."""

    @property
    def answer(self) -> str:
        return max(self.probabilities, key=self.probabilities.__getitem__)


class VisionLanguageModel(Protocol):
    """Anything that answers these two questions, in process or behind a server."""

    @property
    def name(self) -> str: ...

    @property
    def revision(self) -> str: ...

    @property
    def coordinates(self) -> Coordinates: ...

    def write(self, requests: Sequence[WriteRequest]) -> list[Reply]: ...

    def choose(self, requests: Sequence[ChooseRequest]) -> list[Choice]: ...


@runtime_checkable
class Streaming(Protocol):
    """A model that can also show an answer while it is written."""

    def stream(self, request: WriteRequest) -> Generator[str, None, Reply]:
        """Pieces that together are the reply's text. Closed early, it ends the writing.

        A bound reply may still be repaired, so it comes in one piece.
        """


@runtime_checkable
class Recalling(Protocol):
    """A model that answers sooner what it was asked about before, and can begin anew."""

    def forget_all(self) -> None: ...


@runtime_checkable
class Fitting(Protocol):
    """A model that knows at which sizes it sees pictures as they are, and resizes all others."""

    def fit(self, size: tuple[int, int]) -> tuple[int, int]:
        """The nearest such (width, height). Raises BadImage where there is none."""


def sent_size(model: VisionLanguageModel, size: tuple[int, int]) -> tuple[int, int]:
    """(width, height) to cut a picture at, so that what is kept of it is what the model sees."""
    return model.fit(size) if isinstance(model, Fitting) else size
