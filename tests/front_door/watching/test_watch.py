"""From frames to events: each part judged, each defect told once, nothing lost in silence."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from threading import enumerate as enumerate_threads
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from foveal.auditing import audit
from foveal.records.run_directory import read_report
from foveal.schemas.errors import BadOutput, BadSource, BadWorkflow
from foveal.schemas.export import exported

if TYPE_CHECKING:  # fixtures come by name
    from tests.front_door.watching.conftest import Receiver, Trial

pytest.importorskip("av")


def test_each_part_is_judged_and_each_defect_told_once(trial: "Trial") -> None:
    done = trial.watch(trial.video())

    assert [event.verdict for event in trial.of("verdict")] == ["pass", "fail", "fail"]
    assert [event.label for event in trial.of("finding")] == ["open", "open"]
    first, second = trial.of("finding")
    assert first.track != second.track, "two parts with the same defect have one each"
    assert [event.track for event in trial.of("ended")] == [first.track, second.track]
    assert trial.kinds()[-1] == "summary"
    assert (done.verdicts, done.errors, done.dropped) == ({"fail": 2, "review": 0, "pass": 1}, 0, 0)
    assert done.frames == len(trial.two_parts())
    assert done.exit_code == 1


def test_events_are_on_disk_as_they_are_shown_and_as_the_schema_has_them(trial: "Trial") -> None:
    before = datetime.now(UTC)
    trial.watch(trial.video())
    lines = (trial.out / "events.jsonl").read_text().splitlines()

    assert [event.as_line() for event in trial.events] == [f"{line}\n" for line in lines]
    validator = Draft202012Validator(json.loads(exported()["event"]))
    for line in lines:
        validator.validate(json.loads(line))
    finding = trial.of("finding")[0]
    assert finding.source_time_s == pytest.approx(31 / 30, abs=0.4)
    assert finding.taken is not None
    assert before < finding.taken <= finding.time <= datetime.now(UTC)


def test_a_finding_leads_to_the_run_that_shows_its_pixels(trial: "Trial") -> None:
    trial.watch(trial.video())
    finding = trial.of("finding")[0]
    assert finding.run is not None
    report = read_report(trial.out / finding.run)

    assert [known.box_px for known in report.findings] == [finding.box_px]
    assert report.findings[0].evidence
    assert audit(trial.out / finding.run, head=finding.head).crops
    assert audit(trial.out).runs == 3


def test_the_same_command_again_tells_and_asks_nothing_again(trial: "Trial") -> None:
    video = trial.video()
    first = trial.watch(video)
    asked, lines = trial.model.asked, (trial.out / "events.jsonl").read_text()
    again = trial.watch(video)

    assert trial.model.asked == asked
    assert trial.kinds() == ["summary"]
    assert (trial.out / "events.jsonl").read_text().startswith(lines)
    assert again.verdicts == first.verdicts
    audit(trial.out)


def test_a_watch_that_was_broken_off_goes_on(trial: "Trial") -> None:
    video = trial.video()
    trial.model.choosing = breaking(trial)
    with pytest.raises(KeyboardInterrupt):
        trial.watch(video)
    told = [json.loads(line) for line in (trial.out / "events.jsonl").read_text().splitlines()]
    trial.model.choosing = trial.model._choose
    trial.watch(video)
    lines = (trial.out / "events.jsonl").read_text().splitlines()
    verdicts = [event["frame"] for event in map(json.loads, lines) if event["kind"] == "verdict"]

    assert [event["kind"] for event in told] == ["verdict", "summary"]
    assert verdicts == sorted(set(verdicts)), "each once, in order"
    assert len(verdicts) == 3
    audit(trial.out)


def breaking(trial: "Trial"):  # type: ignore[no-untyped-def]  # noqa: ANN201 - a rule of the model
    """At the second part; the first is told by then."""

    def choose(request: object) -> dict[str, float]:
        if trial.of("verdict"):
            raise KeyboardInterrupt
        return trial.model._choose(request)  # type: ignore[arg-type]

    return choose


@pytest.mark.parametrize("is_read", [False, True], ids=["while it is read", "when all is read"])
def test_when_it_is_stopped_what_was_begun_is_told_and_the_rest_is_counted(
    trial: "Trial", *, is_read: bool
) -> None:
    def stop_soon(request: object) -> dict[str, float]:
        for thread in enumerate_threads():
            if is_read and thread.name == "reader":
                thread.join(60)
        trial.stop.set()
        return trial.model._choose(request)  # type: ignore[arg-type]

    trial.model.choosing = stop_soon
    done = trial.watch(trial.video())

    assert sum(done.verdicts.values()) == 2, "nothing is asked of the first"
    assert done.dropped == 1 if is_read else done.dropped <= 1
    assert trial.kinds()[-1] == "summary"
    summary = trial.events[-1]
    assert summary.reason is not None
    assert summary.reason.startswith("stopped")
    audit(trial.out)


def test_the_place_without_a_part_is_not_judged(trial: "Trial") -> None:
    from tests.front_door.watching.conftest import at_rest

    video = trial.video([*trial.two_parts(), *at_rest(None)])
    with_empty = trial.watch(video, empty=trial.picture("belt.png", None))

    assert with_empty.empty == 1
    assert sum(with_empty.verdicts.values()) == 3


def test_a_sink_gets_all_events_in_order(trial: "Trial", receiver: "Receiver") -> None:
    done = trial.watch(trial.video(), sinks=[receiver.url])

    assert receiver.ids == [event.id for event in trial.events]
    assert done.undelivered == {}


def test_what_a_sink_misses_is_sent_at_the_next_start(
    trial: "Trial", receiver: "Receiver", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("foveal.watching.watch._LINGER_S", 0.2)
    receiver.down()
    video = trial.video()
    done = trial.watch(video, sinks=[receiver.url])
    missed = [event.id for event in trial.events]
    assert done.undelivered == {receiver.url: len(missed)}
    receiver.up()
    trial.watch(video, sinks=[receiver.url])

    assert receiver.ids == [*missed, trial.events[-1].id]


def test_pictures_that_arrive_in_a_folder_are_parts_of_their_own(trial: "Trial") -> None:
    trial.picture("in/1.png", trial.good)
    trial.picture("in/2.png", trial.cut)
    watching = Thread(target=trial.watch, args=[trial.folder / "in"])
    watching.start()
    wait_for(trial, verdicts=2)
    trial.picture("in/3.png", trial.cut)
    (trial.folder / "in" / "4.png").write_bytes(b"no picture")
    (trial.folder / "in" / "5.png").symlink_to(trial.folder / "good.png")
    time.sleep(1.6)
    trial.picture("in/6.png", trial.good)
    wait_for(trial, verdicts=3)
    trial.stop.set()
    watching.join()

    assert [event.verdict for event in trial.of("verdict")] == ["pass", "fail", "pass"]
    assert len(trial.of("finding")) == 1, "the same pixels again are no other part"
    link, broken = (event.reason or "" for event in trial.of("error"))
    assert "leads out of" in link, "it was written first, as its target was"
    assert "is not an image" in broken


def wait_for(trial: "Trial", *, verdicts: int) -> None:
    end = time.monotonic() + 60
    while len(trial.of("verdict")) < verdicts and time.monotonic() < end:
        time.sleep(0.05)
    assert len(trial.of("verdict")) == verdicts


def test_a_picture_is_read_once_it_is_whole(trial: "Trial") -> None:
    whole = trial.picture("1.png", trial.cut).read_bytes()
    folder = trial.folder / "in"
    folder.mkdir()
    watching = Thread(target=trial.watch, args=[folder])
    watching.start()
    with (folder / "1.png").open("wb") as file:
        for at in range(0, len(whole), len(whole) // 6):
            file.write(whole[at : at + len(whole) // 6])
            file.flush()
            time.sleep(0.3)
    wait_for(trial, verdicts=1)
    trial.stop.set()
    watching.join()

    assert trial.of("error") == []


def test_a_folder_goes_on_with_what_is_new(trial: "Trial") -> None:
    folder = trial.picture("in/1.png", trial.cut).parent
    for number, board in (("2", trial.good), ("3", trial.cut)):
        watching = Thread(target=trial.watch, args=[folder])
        watching.start()
        wait_for(trial, verdicts=1)
        trial.stop.set()
        watching.join()
        trial.stop.clear()
        trial.picture(f"in/{number}.png", board)

    assert audit(trial.out).runs == 2


@pytest.fixture
def camera(trial: "Trial") -> Iterator[str]:
    """Sends the line as a stream, once to each that calls; a password is wanted of none.

    FFmpeg finds out from the first frames of a live stream what it is, and shows none of them.
    """
    from tests.front_door.watching.conftest import WIDTH, encode, passing

    stream = BytesIO()
    encode([*passing(trial.good, -320, WIDTH) * 3, *trial.two_parts()], stream, "mpegts")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "video/mp2t")
            self.end_headers()
            self.wfile.write(stream.getvalue())

        def log_message(self, *arguments: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    yield f"http://me:secret@127.0.0.1:{server.server_port}/line?token=secret"
    server.shutdown()
    server.server_close()


def test_a_camera_that_was_lost_is_called_again(trial: "Trial", camera: str) -> None:
    watching = Thread(target=trial.watch, args=[camera], kwargs={"when_behind": "wait"})
    watching.start()
    wait_for_at_least(trial, verdicts=6)
    trial.stop.set()
    watching.join()

    verdicts = [event.verdict for event in trial.of("verdict")]
    assert verdicts[:6] == ["pass", "fail", "fail"] * 2
    assert len({event.frame for event in trial.of("verdict")}) == len(verdicts)


def wait_for_at_least(trial: "Trial", *, verdicts: int) -> None:
    end = time.monotonic() + 90
    while len(trial.of("verdict")) < verdicts and time.monotonic() < end:
        time.sleep(0.05)
    assert len(trial.of("verdict")) >= verdicts


def test_no_password_of_a_camera_is_told_or_kept(trial: "Trial", camera: str) -> None:
    watching = Thread(target=trial.watch, args=[camera])
    watching.start()
    wait_for_at_least(trial, verdicts=1)
    trial.stop.set()
    watching.join()
    kept = [path for path in trial.out.rglob("*") if path.is_file()]

    assert kept
    assert not [path for path in kept if b"secret" in path.read_bytes()]


def test_a_camera_does_not_wait_for_a_slow_model_and_what_it_drops_is_counted(
    trial: "Trial", camera: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("foveal.watching.backlog._ROOM", 1)
    trial.model.pause_s = 3
    watching = Thread(target=trial.watch, args=[camera])
    watching.start()
    wait_for_at_least(trial, verdicts=3)
    trial.stop.set()
    watching.join()
    summary = trial.events[-1]

    assert summary.dropped > 0
    assert summary.frames > len(trial.two_parts())
    assert trial.of("verdict")[-1].dropped > 0


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("gone.mp4", "there is no 'gone.mp4'"),
        ("gopher://camera/x", "'gopher' leads to no camera"),
        ("file:///etc/passwd", "'file' leads to no camera"),
        ("http://127.0.0.1:1/x", "cannot be read"),
    ],
)
def test_what_cannot_be_watched_is_refused(trial: "Trial", source: str, why: str) -> None:
    with pytest.raises(BadSource, match=why):
        trial.watch(source)


def test_nothing_is_made_for_a_source_that_is_not_there(trial: "Trial") -> None:
    with pytest.raises(BadSource):
        trial.watch("gone.mp4")

    assert not trial.out.exists()


def test_a_folder_of_results_belongs_to_one_source(trial: "Trial") -> None:
    trial.watch(trial.video())
    (trial.folder / "other").mkdir()

    with pytest.raises(BadOutput, match="another source"):
        trial.watch(trial.folder / "other")


def test_a_template_is_asked_for_where_one_is_compared_with(trial: "Trial") -> None:
    with pytest.raises(BadWorkflow, match="add --template"):
        trial.watch(trial.video(), template=None)
    trial.workflow = trial.workflow.model_copy(update={"graph": "inspect"})
    with pytest.raises(BadWorkflow, match="leave --template out"):
        trial.watch(Path("line.mp4"))
