"""MQTT against a broker of this test, which speaks what paho needs of MQTT 3.1.1.

No full broker installs beside the other requirements: amqtt asks for an older websockets.
"""

import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Thread

import pytest

from foveal.schemas.event import Event
from foveal.watching.sink import SinkAwayError

pytest.importorskip("paho.mqtt.client")

from foveal.watching.opening import open_sink

CONNECT, PUBLISH, DISCONNECT = 1, 3, 14
CONNACK, PUBACK = b"\x20\x02\x00", b"\x40\x02"


@dataclass
class Broker:
    """Takes one client after the other."""

    accepts: int | None = 0
    """Return code of CONNACK: 0 lets a client in, 5 says it may not; None is never sent."""

    acknowledges: bool = True
    published: list[tuple[str, int, bytes]] = field(default_factory=list)
    """Topic, QoS and what was sent."""

    connects: list[bytes] = field(default_factory=list)
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.listener.getsockname()[1]}/line/7"

    def serve(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return  # the test has ended
            with client:
                self._talk(client)

    def stop(self) -> None:
        """Closing alone leaves a thread that accepts at it."""
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _talk(self, client: socket.socket) -> None:
        try:
            while (packet := receive(client)) is not None:
                kind, flags, body = packet
                if kind == CONNECT:
                    self.connects.append(body)
                    if self.accepts is not None:
                        client.sendall(CONNACK + bytes([self.accepts]))
                elif kind == PUBLISH:
                    self._take(client, flags, body)
                elif kind == DISCONNECT:
                    return
        except OSError:
            return  # the client hung up

    def _take(self, client: socket.socket, flags: int, body: bytes) -> None:
        (length,) = struct.unpack(">H", body[:2])
        topic, number = body[2 : 2 + length], body[2 + length : 4 + length]
        self.published.append((topic.decode(), flags >> 1 & 3, body[4 + length :]))
        if self.acknowledges:
            client.sendall(PUBACK + number)


def receive(client: socket.socket) -> tuple[int, int, bytes] | None:
    """Kind, flags and body of a packet; None where the client is gone."""
    head = client.recv(1)
    if not head:
        return None
    length, shift, byte = 0, 0, 0x80
    while byte & 0x80:
        (byte,) = client.recv(1)
        length, shift = length | (byte & 0x7F) << shift, shift + 7
    body = b""
    while len(body) < length:
        body += client.recv(length - len(body))
    return head[0] >> 4, head[0] & 15, body


@pytest.fixture
def broker() -> Iterator[Broker]:
    broker = Broker()
    Thread(target=broker.serve, daemon=True).start()
    yield broker
    broker.stop()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("foveal.watching.mqtt.PATIENCE_S", 0.5)


Make = Callable[..., Event]


def test_an_event_is_published_as_json_and_acknowledged(broker: Broker, event: Make) -> None:
    sink = open_sink(broker.url)
    for name in "ab":
        sink.send(event(name))
    sink.close()

    assert [(topic, qos) for topic, qos, _ in broker.published] == [("line/7", 1)] * 2
    told = [Event.model_validate_json(content).id for *_, content in broker.published]
    assert told == ["a", "b"]
    assert len(broker.connects) == 1


def test_user_and_password_are_told_to_the_broker(broker: Broker, event: Make) -> None:
    sink = open_sink(broker.url.replace("://", "://me:p%40ss@"))
    sink.send(event("a"))
    sink.close()

    assert broker.connects[0].endswith(b"\x00\x02me\x00\x04p@ss")


@pytest.mark.usefixtures("impatient")
def test_an_event_that_is_not_acknowledged_counts_as_not_taken(broker: Broker, event: Make) -> None:
    broker.acknowledges = False
    sink = open_sink(broker.url)
    with pytest.raises(SinkAwayError, match="did not acknowledge"):
        sink.send(event("a"))
    broker.acknowledges = True
    sink.send(event("a"))
    sink.close()

    assert len(broker.published) == 2


@pytest.mark.usefixtures("impatient")
def test_a_broker_that_refuses_is_away(broker: Broker, event: Make) -> None:
    broker.accepts = 5
    sink = open_sink(broker.url)
    with pytest.raises(SinkAwayError, match="refused the connection: Not authorized"):
        sink.send(event("a"))
    sink.close()

    assert broker.published == []


@pytest.mark.usefixtures("impatient")
def test_nothing_is_published_to_a_broker_that_does_not_answer(broker: Broker, event: Make) -> None:
    broker.accepts = None
    sink = open_sink(broker.url)
    with pytest.raises(SinkAwayError, match="did not answer"):
        sink.send(event("a"))
    sink.close()

    assert broker.published == []


def test_a_broker_that_is_not_there_is_away(broker: Broker, event: Make) -> None:
    url = broker.url
    broker.stop()
    sink = open_sink(url)

    with pytest.raises(SinkAwayError):
        sink.send(event("a"))
