"""Each event reaches a webhook at least once and in order, whoever is away in between."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from foveal.records.event_log import EventLog
from foveal.records.sent import Sent
from foveal.schemas.errors import BadSink
from foveal.schemas.event import Event
from foveal.watching.delivery import Delivery
from foveal.watching.opening import open_sink

if TYPE_CHECKING:  # fixtures come by name
    from tests.front_door.watching.conftest import Receiver

Make = Callable[..., Event]


@pytest.fixture
def log(tmp_path: Path) -> EventLog:
    return EventLog.open(tmp_path)


@pytest.fixture
def begin(log: EventLog) -> Iterator[Callable[[str], Delivery]]:
    begun = []

    def start(url: str) -> Delivery:
        sent = Sent.open(log.path.parent, url, sink=url, begins=0)
        delivery = Delivery(log, open_sink(url), sent)
        delivery.start()
        begun.append(delivery)
        return delivery

    yield start
    for delivery in begun:
        delivery.finish(within_s=0)


def eventually(holds: Callable[[], bool], *, within_s: float = 20) -> bool:
    end = time.monotonic() + within_s
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    return holds()


def test_events_arrive_in_order_with_their_id_as_key(
    log: EventLog, begin: Callable[[str], Delivery], receiver: "Receiver", event: Make
) -> None:
    delivery = begin(receiver.url)
    for name in "abcde":
        log.append(event(name))

    assert delivery.finish(within_s=20) == 0
    assert receiver.ids == list("abcde")
    assert [headers["Idempotency-Key"] for headers in receiver.headers] == list("abcde")


def test_what_happens_while_a_sink_is_away_reaches_it_in_order(
    log: EventLog, begin: Callable[[str], Delivery], receiver: "Receiver", event: Make
) -> None:
    begin(receiver.url)
    log.append(event("a"))
    assert eventually(lambda: receiver.ids == ["a"])
    receiver.down()
    for name in "bcd":
        log.append(event(name))
    time.sleep(1.2)
    receiver.up()

    assert eventually(lambda: len(receiver.ids) >= 4)
    assert list(dict.fromkeys(receiver.ids)) == list("abcd")


@pytest.mark.parametrize("status", [302, 404, 429, 500])
def test_an_event_that_is_refused_is_sent_again_before_the_next(
    log: EventLog, begin: Callable[[str], Delivery], receiver: "Receiver", event: Make, status: int
) -> None:
    receiver.status = status
    begin(receiver.url)
    for name in "ab":
        log.append(event(name))
    assert eventually(lambda: receiver.asked >= 2)
    assert receiver.ids == []
    receiver.status = 200

    assert eventually(lambda: len(receiver.ids) == 2)
    assert receiver.ids == ["a", "b"]


def test_tries_become_rarer(
    log: EventLog, begin: Callable[[str], Delivery], receiver: "Receiver", event: Make
) -> None:
    receiver.status = 503
    begin(receiver.url)
    log.append(event("a"))
    time.sleep(3)

    assert 2 <= receiver.asked <= 3, "after 0.5 and 1.5 s, then 3.5"


def test_what_was_not_taken_is_sent_at_the_next_start(
    log: EventLog, begin: Callable[[str], Delivery], receiver: "Receiver", event: Make
) -> None:
    receiver.down()
    for name in "abc":
        log.append(event(name))
    assert begin(receiver.url).finish(within_s=0.2) == 3
    receiver.up()
    again = EventLog.open(log.path.parent)
    sent = Sent.open(log.path.parent, receiver.url, sink="hook", begins=again.size)
    delivery = Delivery(again, open_sink(receiver.url), sent)
    delivery.start()

    assert delivery.finish(within_s=20) == 0
    assert receiver.ids == list("abc")


def test_a_password_in_the_url_is_sent_as_such(
    log: EventLog, begin: Callable[[str], Delivery], receiver: "Receiver", event: Make
) -> None:
    delivery = begin(receiver.url.replace("://", "://me:p%40ss@"))
    log.append(event("a"))

    assert delivery.finish(within_s=20) == 0
    assert receiver.headers[0]["Authorization"] == "Basic bWU6cEBzcw=="


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://host/x", "no event can be sent to 'ftp'"),
        ("hook", "no event can be sent to 'hook'"),
        ("http://", "no event can be sent to 'http'"),
        ("http://host:port/", "is no URL"),
        ("mqtt://broker", "'' is no topic"),
        ("mqtt://broker/line/#", "holds a '#'"),
        ("mqtt://broker/line/+", "'line/+' is no topic"),
        ("opc.tcp://plc:4840", "names no variable"),
        ("opc.tcp://plc:4840/?verdct=ns=2;s=V", "did you mean 'verdict'"),
        ("opc.tcp://plc:4840/?verdict=Line.Verdict", "'Line.Verdict' is no node"),
    ],
)
def test_what_is_no_sink_is_refused_before_anything_is_sent(url: str, why: str) -> None:
    with pytest.raises(BadSink) as refused:
        open_sink(url)

    assert why in str(refused.value)
