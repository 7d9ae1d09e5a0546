"""Events are on disk before anyone is told, once each, and sinks go on where they stood."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from foveal.records.event_log import EventLog
from foveal.records.sent import Sent
from foveal.schemas.errors import BadRecord
from foveal.schemas.event import Event

URL = "https://me:secret@mes.example/hook"


@pytest.fixture
def event() -> Callable[[str], Event]:
    def make(name: str) -> Event:
        return Event(
            id=name,
            kind="summary",
            time=datetime.now(UTC),
            source="line.mp4",
            frames=1,
            judged=1,
            dropped=0,
        )

    return make


Make = Callable[[str], Event]


def all_of(log: EventLog, offset: int = 0) -> list[str]:
    ids = []
    while (kept := log.at(offset, wait_s=0)) is not None:
        ids.append(Event.model_validate_json(kept.line).id)
        offset = kept.next
    return ids


def test_events_are_read_in_the_order_in_which_they_were_kept(tmp_path: Path, event: Make) -> None:
    log = EventLog.open(tmp_path)
    assert all(log.append(event(name)) for name in "abc")

    assert all_of(log) == list("abc")
    assert log.left(0) == 3


def test_an_event_is_kept_once_also_by_the_next_process(tmp_path: Path, event: Make) -> None:
    first = EventLog.open(tmp_path)
    first.append(event("a"))
    again = EventLog.open(tmp_path)

    assert not again.append(event("a"))
    assert again.append(event("b"))
    assert (again.name, all_of(again)) == (first.name, ["a", "b"])


def test_a_line_that_was_being_written_at_the_end_is_cut_off(tmp_path: Path, event: Make) -> None:
    log = EventLog.open(tmp_path)
    log.append(event("a"))
    with log.path.open("ab") as file:
        file.write(b'{"id": "b", "ki')
    again = EventLog.open(tmp_path)
    again.append(event("c"))

    assert all_of(again) == ["a", "c"]


def test_a_line_that_is_no_event_is_refused(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_text("{}\n")

    with pytest.raises(BadRecord, match="no event"):
        EventLog.open(tmp_path)


def test_who_waits_is_woken_by_the_next_event(tmp_path: Path, event: Make) -> None:
    log = EventLog.open(tmp_path)
    later = threading.Timer(0.1, log.append, [event("a")])
    later.start()
    kept = log.at(0, wait_s=30)
    later.join()

    assert kept is not None
    assert kept.next == log.size


def test_logs_have_names_of_their_own(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()

    assert EventLog.open(tmp_path / "a").name != EventLog.open(tmp_path / "b").name


def test_what_a_sink_had_outlives_the_process(tmp_path: Path) -> None:
    Sent.open(tmp_path, URL, sink="https://mes.example/hook", begins=0).advance(70)

    assert Sent.open(tmp_path, URL, sink="https://mes.example/hook", begins=900).offset == 70


def test_a_new_sink_gets_what_comes_from_now_on(tmp_path: Path) -> None:
    Sent.open(tmp_path, URL, sink="a", begins=70)

    assert Sent.open(tmp_path, URL, sink="a", begins=900).offset == 70
    assert Sent.open(tmp_path, "mqtt://broker/line", sink="b", begins=900).offset == 900


def test_no_password_is_kept(tmp_path: Path) -> None:
    Sent.open(tmp_path, URL, sink="https://mes.example/hook", begins=0)
    written = [path.read_text() for path in tmp_path.rglob("*") if path.is_file()]

    assert len(written) == 1
    assert "secret" not in written[0]


def test_a_file_that_does_not_say_what_was_sent_is_refused(tmp_path: Path) -> None:
    Sent.open(tmp_path, URL, sink="a", begins=0)
    (path,) = (tmp_path / "sinks").iterdir()
    path.write_text("[]")

    with pytest.raises(BadRecord, match="does not say what was sent"):
        Sent.open(tmp_path, URL, sink="a", begins=0)
