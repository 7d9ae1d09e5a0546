"""What foveal asks of a vision-language model: write text, or choose among given answers.

A request is data and can be built, logged and tested without weights; a model answers a batch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

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
class Message:
    role: Literal["system", "user", "assistant"]
    parts: tuple[Part, ...]


Conversation = tuple[Message, ...]


@dataclass(frozen=True)
class WriteRequest:
    """Continue the conversation with text, under a JSON Schema where one is given."""

    conversation: Conversation
    json_schema: Mapping[str, Any] | None = None
    max_new_tokens: int = 512


@dataclass(frozen=True)
class Reply:
    text: str
    thinking: str
    finish: Literal["stop", "length"]
    log_probabilities: tuple[float, ...]
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True)
class ChooseRequest:
    """Which of these answers continues the conversation?"""

    conversation: Conversation
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """Probability of each answer offered; they sum to one over the closed set."""

    probabilities: dict[str, float]
    usage: Usage = field(default_factory=Usage)

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
