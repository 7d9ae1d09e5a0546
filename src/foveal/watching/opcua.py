from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from urllib.parse import SplitResult, parse_qsl, urlunsplit

from asyncua import ua
from asyncua.sync import Client
from asyncua.ua.uaerrors import UaError

from foveal.schemas.errors import BadSink
from foveal.schemas.event import Event
from foveal.watching.sink import PATIENCE_S, SinkAwayError
from foveal.wording import suggest

_VALUES: dict[str, Callable[[Event], ua.Variant]] = {
    "verdict": lambda event: _text(event.verdict),
    "label": lambda event: _text(event.label),
    "timestamp": lambda event: ua.Variant(_time(event), ua.VariantType.DateTime),
    "id": lambda event: _text(event.id),
}
"""What may be written, each to a variable that the URL names."""


class OpcUaVariables:
    """Writes what an event says into variables of a server, all in one request.

    They hold a state, so an event that says nothing of a part is not written.
    """

    def __init__(self, url: SplitResult) -> None:
        self._url = urlunsplit(url._replace(query="", fragment=""))
        self._nodes: dict[str, ua.NodeId] = {}
        for name, node in parse_qsl(url.query, keep_blank_values=True):
            if name not in _VALUES:
                raise BadSink(f"there is no {name!r} to write", fix=suggest(name, _VALUES))
            self._nodes[name] = _node(node)
        if not self._nodes:
            raise BadSink(
                "the OPC UA sink names no variable",
                fix="add some: opc.tcp://HOST:4840/?verdict=ns=2;s=Verdict&label=ns=2;s=Label",
            )
        self._client: Client | None = None

    def send(self, event: Event) -> None:
        if event.verdict is None:
            return
        values = [ua.DataValue(_VALUES[name](event)) for name in self._nodes]
        try:
            client = self._connected()
            client.write_values([client.get_node(node) for node in self._nodes.values()], values)
        except (OSError, UaError, TimeoutError) as error:
            self.close()
            raise SinkAwayError(str(error) or type(error).__name__) from error

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with suppress(OSError, UaError, TimeoutError):
                client.disconnect()

    def _connected(self) -> Client:
        if self._client is None:
            self._client = Client(self._url, timeout=PATIENCE_S)  # holds a thread from now on
            self._client.connect()
        return self._client


def _node(text: str) -> ua.NodeId:
    try:
        return ua.NodeId.from_string(text)
    except UaError as error:
        raise BadSink(f"{text!r} is no node", fix="give one such as ns=2;s=Verdict") from error


def _text(value: str | None) -> ua.Variant:
    return ua.Variant(value or "", ua.VariantType.String)


def _time(event: Event) -> datetime:
    return (event.taken or event.time).replace(tzinfo=None)
