"""Writing under a grammar: the server holds to it where it can, and the answer is checked anyway.

A value that is refused is written anew, a few times and on record, as in process.
"""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from foveal.models.mending import mend
from foveal.models.protocol import JsonSchema, Message, Reply, WriteRequest
from foveal.models.repair import Gap
from foveal.models.request_check import check_writing
from foveal.models.served.abilities import Abilities, held_to
from foveal.models.served.client import Client, TooSlow
from foveal.models.served.completion import Completion
from foveal.models.served.messages import messages
from foveal.models.served.rules import finder, unwrapped
from foveal.models.served.usage import usage_of
from foveal.models.stop_texts import before_stop
from foveal.schemas.errors import BadModel

_MOST_STOPS = 4
"""That servers take; the rest is cut here."""

_AGAIN = "{place} is refused: {reason}. Write {what} anew, and nothing else."


@dataclass(frozen=True)
class Writer:
    client: Client
    abilities: Abilities

    def check(self, request: WriteRequest) -> None:
        check_writing(request)
        if request.grammar is not None:
            finder(request.grammar)
        if request.thinking_tokens:
            raise BadModel(
                "a served model cannot be made to think and then stopped",
                fix="leave `thinking` out of the workflow, or run the model in this process",
            )

    def write(self, request: WriteRequest) -> Reply:
        reply = self._reply(request)
        if request.grammar is None:
            return reply
        return mend(reply, find=finder(request.grammar), rewrite=partial(self._rewrite, request))

    def _rewrite(self, request: WriteRequest, reply: Reply, gap: Gap) -> Reply:
        grammar = JsonSchema(gap.schema) if gap.schema else request.grammar
        place = f"The value at {gap.location}" if gap.location else "What you wrote"
        what = "that value, as JSON," if gap.location else "all of it"
        told = _AGAIN.format(place=place, reason=gap.reason, what=what)
        turns = Message("assistant", (reply.text,)), Message("user", (told,))
        return self._reply(
            replace(request, conversation=(*request.conversation, *turns), grammar=grammar)
        )

    def _reply(self, request: WriteRequest) -> Reply:
        asked = request.grammar
        schema = dict(asked.schema) if isinstance(asked, JsonSchema) else None
        try:
            completion, bound = held_to(schema, self.abilities, partial(self._complete, request))
        except TooSlow:
            if request.seconds is None:
                raise
            return Reply(text="", thinking="", finish="time", log_probabilities=())
        said = completion.said()
        text = unwrapped(said.text, request.grammar)
        return Reply(
            text=text if request.grammar else before_stop(text, request.stop_texts).strip(),
            thinking=said.thinking,
            finish=said.finish,
            log_probabilities=tuple(token.logprob for token in said.tokens),
            usage=usage_of(completion.usage, request.conversation, self.client.server.prices),
            lenient=request.grammar is not None and not bound,
        )

    def _complete(self, request: WriteRequest, how: dict[str, Any]) -> Completion:
        if self.abilities.listed:
            how |= {"logprobs": True}
        if request.stop_texts and request.grammar is None:
            how |= {"stop": list(request.stop_texts[:_MOST_STOPS])}
        return self.client.complete(
            messages(request.conversation),
            most=request.max_new_tokens,
            seconds=request.seconds,
            **how,
        )
