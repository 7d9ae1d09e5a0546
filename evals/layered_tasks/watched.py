"""A model that keeps what it was sent and what it said."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from foveal.models.protocol import (
    Choice,
    ChooseRequest,
    JsonSchema,
    Reply,
    WriteRequest,
)
from foveal.models.proxy import ModelProxy
from foveal.schemas.report import Usage


class Step(NamedTuple):
    request: WriteRequest | ChooseRequest
    answer: Reply | Choice


@dataclass(eq=False)
class Watched(ModelProxy):
    """Of one attempt. Not `bound`, it writes JSON without a grammar."""

    bound: bool = True
    steps: list[Step] = field(default_factory=list)

    @property
    def usage(self) -> Usage:
        return sum((step.answer.usage for step in self.steps), Usage())

    def write(self, requests: Sequence[WriteRequest]) -> list[Reply]:
        asked = list(requests) if self.bound else [_freely(request) for request in requests]
        replies = self.model.write(asked)
        self.steps += [Step(*pair) for pair in zip(asked, replies, strict=True)]
        return replies

    def choose(self, requests: Sequence[ChooseRequest]) -> list[Choice]:
        choices = self.model.choose(requests)
        self.steps += [Step(*pair) for pair in zip(requests, choices, strict=True)]
        return choices


def _freely(request: WriteRequest) -> WriteRequest:
    """Calls of tools keep their grammar, which is how they are told from text."""
    return replace(request, grammar=None) if isinstance(request.grammar, JsonSchema) else request
