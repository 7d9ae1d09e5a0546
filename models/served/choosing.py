"""A closed question to a server: with probabilities where it lists them, else the answer alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from foveal.models.protocol import Choice, ChooseRequest, Conversation, Message
from foveal.models.request_check import check_answers, check_choosing
from foveal.models.served.abilities import Abilities, held_to, listing
from foveal.models.served.client import Client
from foveal.models.served.completion import CLOSE_THINKING, Completion, Token
from foveal.models.served.messages import messages
from foveal.models.served.shares import shares
from foveal.models.served.usage import usage_of
from foveal.schemas.errors import BadModel, BadReply
from foveal.schemas.report import Usage

_AROUND = "\"'`*.:;, \n\t"
"""What models put around an answer of one word."""
_ROOM = 8
"""Tokens for that."""
_PLAINLY = "Answer with exactly one of these, and nothing else: {answers}"


@dataclass(frozen=True)
class Chooser:
    client: Client
    abilities: Abilities

    def check(self, request: ChooseRequest) -> None:
        check_choosing(request)
        check_answers(request.answers, {known: _bare(known).encode() for known in request.answers})
        if request.thinking:
            raise BadModel(
                "a served model cannot go on from a thought",
                fix="leave `thinking` out of the workflow, or run the model in this process",
            )

    def choose(self, request: ChooseRequest) -> Choice:
        """Asked as it stands first; then, without probabilities, with the answers spelled out."""
        how = listing(self.abilities.listed) if self.abilities.listed else {}
        completion = self._complete(request, request.conversation, how)
        said, usage = completion.said(), self._usage(completion, request)
        known = shares(request.answers, _after_thought(said.tokens)) if said.tokens else None
        if known is not None:
            return Choice(known, usage)
        answer = _told(said.text, request.answers)
        return self._guided(answer, request, usage) if answer else self._plainly(request, usage)

    def _plainly(self, request: ChooseRequest, spent: Usage) -> Choice:
        told = Message("user", (_PLAINLY.format(answers=", ".join(request.answers)),))
        again = partial(self._complete, request, (*request.conversation, told))
        closed = {"type": "string", "enum": list(request.answers)}
        completion, _ = held_to(closed, self.abilities, again)
        said = completion.said()
        answer = _told(said.text, request.answers)
        if answer is None:
            raise BadReply(
                f"asked for one of {list(request.answers)}, the model answered {said.text!r}",
                fix="use a model that follows instructions, or a server that lists probabilities",
            )
        return self._guided(answer, request, spent + self._usage(completion, request))

    def _complete(
        self, request: ChooseRequest, conversation: Conversation, how: dict[str, Any]
    ) -> Completion:
        return self.client.complete(
            messages(conversation), most=_most_tokens(request.answers), **how
        )

    def _guided(self, answer: str, request: ChooseRequest, usage: Usage) -> Choice:
        told = {known: float(known == answer) for known in request.answers}
        return Choice(told, usage, guided=True)

    def _usage(self, completion: Completion, request: ChooseRequest) -> Usage:
        return usage_of(completion.usage, request.conversation, self.client.server.prices)


def _most_tokens(answers: Sequence[str]) -> int:
    """That the longest may take, were each byte a token."""
    return max(len(answer.encode()) for answer in answers) + _ROOM


def _told(text: str, answers: Sequence[str]) -> str | None:
    """The answer that a text is, whatever its capitals and what is around it."""
    return next((answer for answer in answers if _bare(answer) == _bare(text)), None)


def _bare(text: str) -> str:
    return text.strip(_AROUND).casefold()


def _after_thought(tokens: Sequence[Token]) -> Sequence[Token]:
    closing = [place for place, token in enumerate(tokens) if CLOSE_THINKING in token.token]
    answer = tokens[closing[-1] + 1 :] if closing else tokens
    blank = next((place for place, token in enumerate(answer) if token.token.strip()), 0)
    return answer[blank:]
