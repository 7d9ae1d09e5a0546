"""Where events are sent."""

from typing import Protocol

from foveal.schemas.event import Event

PATIENCE_S = 10.0
"""For a sink to answer."""


class SinkAwayError(Exception):
    """What was sent was not taken: it is sent again."""


class Sink(Protocol):
    """For one thread. It connects when it first sends, and again after it failed."""

    def send(self, event: Event) -> None:
        """Returns once the other side has it. Raises SinkAwayError."""

    def close(self) -> None: ...
