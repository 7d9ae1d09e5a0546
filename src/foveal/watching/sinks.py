"""Where events are sent."""

from importlib.util import find_spec
from typing import Protocol
from urllib.parse import urlsplit

from foveal.schemas.errors import BadSink
from foveal.schemas.event import Event
from foveal.wording import suggest

PATIENCE_S = 10.0
"""For a sink to answer."""


class SinkAwayError(Exception):
    """What was sent was not taken: it is sent again."""


class Sink(Protocol):
    """For one thread. It connects when it first sends, and again after it failed."""

    def send(self, event: Event) -> None:
        """Returns once the other side has it. Raises SinkAwayError."""

    def close(self) -> None: ...


def open_sink(url: str) -> Sink:
    """Raises BadSink where no event can ever be sent to it; nothing is sent yet."""
    try:
        parts = urlsplit(url)
        known = parts.hostname is not None and (parts.port is None or parts.port > 0)
    except ValueError as error:
        raise BadSink(f"{url!r} is no URL", fix="give one such as https://HOST/PATH") from error
    if "#" in url:
        raise BadSink(f"the URL of a sink at {parts.hostname!r} holds a '#'", fix="write it as %23")
    if parts.scheme in ("http", "https") and known:
        from foveal.watching.webhook import Webhook

        return Webhook(parts)
    if parts.scheme in ("mqtt", "mqtts") and known:
        require("paho", package="paho-mqtt", purpose="an MQTT sink")
        from foveal.watching.mqtt import MqttTopic

        return MqttTopic(parts)
    if parts.scheme == "opc.tcp" and known:
        require("asyncua", package="asyncua", purpose="an OPC UA sink")
        from foveal.watching.opcua import OpcUaVariables

        return OpcUaVariables(parts)
    raise BadSink(
        f"no event can be sent to {parts.scheme or url!r}",
        fix=suggest(parts.scheme, ["http", "https", "mqtt", "mqtts", "opc.tcp"]),
    )


def require(library: str, *, package: str, purpose: str) -> None:
    """Raises BadSink with what to install; imports nothing."""
    if find_spec(library) is None:
        raise BadSink(
            f"{purpose} needs {package}, which is not installed", fix="pip install 'foveal[watch]'"
        )
