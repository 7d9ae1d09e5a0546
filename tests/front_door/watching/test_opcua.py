"""OPC UA against a server of asyncua."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from foveal.schemas.event import Event
from foveal.watching.opening import open_sink
from foveal.watching.sink import SinkAwayError

sync = pytest.importorskip("asyncua.sync")

Make = Callable[..., Event]


@dataclass
class Plc:
    url: str
    server: Any
    nodes: dict[str, Any]
    is_up: bool = True

    def stop(self) -> None:
        if self.is_up:
            self.server.stop()
            self.is_up = False

    def values(self) -> dict[str, Any]:
        return {name: node.read_value() for name, node in self.nodes.items()}

    @property
    def sink(self) -> str:
        query = "&".join(f"{name}={node.nodeid.to_string()}" for name, node in self.nodes.items())
        return f"{self.url}?{query}"


@pytest.fixture
def plc(unused_tcp_port: int) -> Iterator[Plc]:
    server = sync.Server()
    url = f"opc.tcp://127.0.0.1:{unused_tcp_port}/line"
    server.set_endpoint(url)
    space = server.register_namespace("urn:line")
    line = server.nodes.objects.add_object(space, "Line")
    start = {"verdict": "", "label": "", "timestamp": datetime(2000, 1, 1, tzinfo=UTC), "id": ""}
    nodes = {name: line.add_variable(space, name, value) for name, value in start.items()}
    for node in nodes.values():
        node.set_writable()
    server.start()
    plc = Plc(url, server, nodes)
    yield plc
    plc.stop()


@pytest.fixture
def unused_tcp_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def test_what_an_event_says_is_written_to_the_variables_named(plc: Plc, event: Make) -> None:
    taken = datetime(2026, 11, 29, 2, 31, 5, tzinfo=UTC)
    sink = open_sink(plc.sink)
    sink.send(event("a", verdict="fail", label="open", taken=taken))
    written = plc.values()
    sink.close()

    assert (written["verdict"], written["label"], written["id"]) == ("fail", "open", "a")
    assert written["timestamp"].replace(tzinfo=UTC) == taken


def test_a_part_that_passes_clears_the_label(plc: Plc, event: Make) -> None:
    sink = open_sink(plc.sink)
    sink.send(event("a", verdict="fail", label="open"))
    sink.send(event("b", kind="verdict", verdict="pass"))
    written = plc.values()
    sink.close()

    assert (written["verdict"], written["label"]) == ("pass", "")


def test_an_event_without_a_verdict_is_not_written(plc: Plc, event: Make) -> None:
    sink = open_sink(plc.sink)
    sink.send(event("a", verdict="fail", label="open"))
    sink.send(event("b", kind="ended", label="open"))
    written = plc.values()
    sink.close()

    assert written["id"] == "a"


def test_a_variable_that_is_not_there_means_not_taken(plc: Plc, event: Make) -> None:
    sink = open_sink(f"{plc.url}?verdict=ns=2;s=Elsewhere")

    with pytest.raises(SinkAwayError, match="Bad"):
        sink.send(event("a", verdict="fail"))


def test_a_server_that_is_gone_is_away(plc: Plc, event: Make) -> None:
    sink = open_sink(plc.sink)
    sink.send(event("a", verdict="fail"))
    plc.stop()

    with pytest.raises(SinkAwayError):
        sink.send(event("b", verdict="fail"))
    sink.close()


def test_a_server_that_never_answered_leaves_no_thread_behind(
    unused_tcp_port: int, event: Make
) -> None:
    before = threading.active_count()
    sink = open_sink(f"opc.tcp://127.0.0.1:{unused_tcp_port}/?verdict=ns=2;s=Verdict")

    with pytest.raises(SinkAwayError):
        sink.send(event("a", verdict="fail"))

    assert threading.active_count() == before
