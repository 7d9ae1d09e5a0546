"""A model that answers by rule instead of weights: for tests of workflows, graphs, commands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from foveal.models.coordinates import Coordinates
from foveal.models.protocol import (
    Choice,
    ChooseRequest,
    Conversation,
    Finish,
    Picture,
    Pixels,
    Reply,
    WriteRequest,
)
from foveal.schemas.report import Usage


def first_answer(request: ChooseRequest) -> dict[str, float]:
    return {answer: float(answer == request.answers[0]) for answer in request.answers}


def nothing_written(request: WriteRequest) -> str:
    del request
    return ""


@dataclass(eq=False)
class ScriptedModel:
    """Sees what a real model would be sent, and keeps every request."""

    choosing: Callable[[ChooseRequest], Mapping[str, float]] = first_answer
    writing: Callable[[WriteRequest], str] = nothing_written
    """Cut after as many words as the request allows tokens."""

    thinking: str = ""
    """Before each text."""
    finish: Finish = "stop"
    """Of replies that are not cut so."""

    name: str = "scripted"
    revision: str = "0" * 64
    coordinates: Coordinates = field(default_factory=Coordinates)
    chosen: list[ChooseRequest] = field(default_factory=list)
    written: list[WriteRequest] = field(default_factory=list)

    def choose(self, requests: Sequence[ChooseRequest]) -> list[Choice]:
        self.chosen += requests
        return [Choice(dict(self.choosing(request)), _usage(request)) for request in requests]

    def write(self, requests: Sequence[WriteRequest]) -> list[Reply]:
        self.written += requests
        return [self._reply(request) for request in requests]

    def _reply(self, request: WriteRequest) -> Reply:
        words = self.writing(request).split(" ")
        kept = words[: request.max_new_tokens]
        return Reply(
            text=" ".join(kept),
            thinking=self.thinking,
            finish=self.finish if kept == words else "length",
            log_probabilities=(0.0,) * len(kept),
            usage=_usage(request) + Usage(new_tokens=len(kept)),
        )


def shown(conversation: Conversation) -> dict[str, Pixels]:
    """The pictures of a conversation by the name that it gives them."""
    return {
        part.name: part.pixels
        for message in conversation
        for part in message.parts
        if isinstance(part, Picture)
    }


def _usage(request: ChooseRequest | WriteRequest) -> Usage:
    return Usage(image_encodes=len(shown(request.conversation)), model_calls=1)
