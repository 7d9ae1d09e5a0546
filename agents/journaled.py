"""A model whose answers are written down before they are used."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from time import perf_counter
from typing import Any, TypeVar

from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

from foveal.agents.chat_span import chat_span, tell_usage
from foveal.agents.context import Journal, Recorder
from foveal.agents.step import current_step
from foveal.models.protocol import Choice, ChooseRequest, Reply, WriteRequest
from foveal.models.proxy import ModelProxy
from foveal.schemas.image import name_pixels
from foveal.schemas.report import Usage

Request = TypeVar("Request", ChooseRequest, WriteRequest)
Answer = TypeVar("Answer", Choice, Reply)

_CHOICES, _REPLIES = TypeAdapter(list[Choice]), TypeAdapter(list[Reply])


@dataclass(eq=False)
class Journaled(ModelProxy):
    """Asks a model nothing twice: what a run was answered before its process died is read again.

    Each call becomes a record of the ledger, with a hash of every question in it.
    """

    journal: Journal
    recorder: Recorder

    def write(self, requests: Sequence[WriteRequest]) -> list[Reply]:
        return self._answered(self.model.write, requests, _REPLIES)

    def choose(self, requests: Sequence[ChooseRequest]) -> list[Choice]:
        return self._answered(self.model.choose, requests, _CHOICES)

    def _answered(
        self,
        ask: Callable[[Sequence[Request]], list[Answer]],
        requests: Sequence[Request],
        form: TypeAdapter[list[Answer]],
    ) -> list[Answer]:
        asked = [_hash(request) for request in requests]
        node, key = f"{current_step()}", _hash(asked)
        with chat_span(self.model, ask.__name__, questions=len(requests)) as span:
            kept = self.journal.recall(node, key)
            span.set_attribute("foveal.from_journal", kept is not None)
            if kept is None:
                started = perf_counter()
                answers = ask(requests)
                seconds = round(perf_counter() - started, 3)
                kept = {"answers": form.dump_python(answers, mode="json"), "seconds": seconds}
                self.journal.keep(node, key, kept)
                tell_usage(span, sum((answer.usage for answer in answers), Usage()))
        answered = form.validate_python(kept["answers"])
        self.recorder.append(
            "model call",
            model=self.revision,
            asked=asked,
            usage=sum((answer.usage for answer in answered), Usage()),
            seconds=kept["seconds"],
        )
        return answered


def _hash(question: Any) -> str:
    """SHA-256 over all that it says, its pictures by the names of their pixels."""
    told = to_jsonable_python(question, fallback=name_pixels)
    return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
