"""A model behind a server: writes and chooses as the protocol asks, many questions at a time."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from foveal.models.protocol import Choice, ChooseRequest, Conversation, Reply, WriteRequest
from foveal.models.request_check import check_conversation
from foveal.models.served.abilities import Abilities
from foveal.models.served.choosing import Chooser
from foveal.models.served.client import Client
from foveal.models.served.families import coordinates_of
from foveal.models.served.identity import Identity
from foveal.models.served.messages import check_control_tokens
from foveal.models.served.writing import Writer
from foveal.schemas.server import SERVED

Request = TypeVar("Request", ChooseRequest, WriteRequest)
Answer = TypeVar("Answer", Choice, Reply)


class ServedModel:
    """What it is asked by several threads together stays within the server's `requests`."""

    def __init__(self, client: Client, identity: Identity, abilities: Abilities) -> None:
        self.identity, self.abilities = identity, abilities
        self.name = SERVED + identity.model
        self.coordinates = coordinates_of(identity.names, client.server.coordinates)
        self._chooser, self._writer = Chooser(client, abilities), Writer(client, abilities)
        self._threads = ThreadPoolExecutor(client.server.requests, "served")

    @property
    def revision(self) -> str:
        """Names how it chooses too: what was calibrated on the one does not hold for the other."""
        return (
            f"{self.identity.revision}+{'log-probabilities' if self.abilities.listed else 'guided'}"
        )

    def write(self, requests: Sequence[WriteRequest]) -> list[Reply]:
        for request in requests:
            _check_conversation(request.conversation)
            self._writer.check(request)
        return self._together(self._writer.write, requests)

    def choose(self, requests: Sequence[ChooseRequest]) -> list[Choice]:
        for request in requests:
            _check_conversation(request.conversation)
            self._chooser.check(request)
        return self._together(self._chooser.choose, requests)

    def _together(
        self, ask: Callable[[Request], Answer], requests: Sequence[Request]
    ) -> list[Answer]:
        """Once one fails, those that were not sent yet are not."""
        sent = [self._threads.submit(copy_context().run, ask, request) for request in requests]
        try:
            return [future.result() for future in sent]
        finally:
            for future in sent:
                future.cancel()


def _check_conversation(conversation: Conversation) -> None:
    """A server fits pictures of any size."""
    check_conversation(conversation, lambda size: size)
    check_control_tokens(conversation)
