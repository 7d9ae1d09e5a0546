"""Clients and models of a server that answers by rule; none waits between two attempts."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import numpy as np
import pytest

from foveal.models.protocol import Conversation, Message, Picture
from foveal.models.served.abilities import Abilities
from foveal.models.served.client import Client
from foveal.models.served.identity import Identity
from foveal.models.served.model import ServedModel
from foveal.models.served.scripted import Body, Rule, ScriptedServer, serving
from foveal.schemas.server import Server


@pytest.fixture
def serve() -> Iterator[Callable[..., ScriptedServer]]:
    """Given a rule and pages."""
    with ExitStack() as running:

        def start(rule: Rule, pages: dict[str, Body] | None = None) -> ScriptedServer:
            return running.enter_context(serving(rule, pages))

        yield start


@pytest.fixture
def client_of() -> Callable[..., Client]:
    """Of a scripted server, with what else is said of it."""

    def connect(script: ScriptedServer, *, key: str | None = None, **how: Any) -> Client:
        server = Server(base_url=script.base_url, **how)
        return Client(server, "m", api_key=key, sleep=lambda _: None)

    return connect


@pytest.fixture
def model_of(client_of: Callable[..., Client]) -> Callable[..., ServedModel]:
    """Of a scripted server that can do what is said of it."""

    def connect(
        script: ScriptedServer, *, schemas: bool = False, listed: int = 0, **how: Any
    ) -> ServedModel:
        known = Identity(script.base_url, "m", "1.0", {})
        return ServedModel(
            client_of(script, **how), known, Abilities(schemas=schemas, listed=listed)
        )

    return connect


@pytest.fixture
def asking() -> Callable[..., Conversation]:
    def ask(text: str = "What is it?", *pictures: Picture) -> Conversation:
        return Message("system", ("You look.",)), Message("user", (text, *pictures))

    return ask


@pytest.fixture
def picture() -> Picture:
    pixels = np.random.default_rng(7).integers(0, 256, (40, 64, 3), dtype=np.uint8)
    return Picture("A", pixels)
