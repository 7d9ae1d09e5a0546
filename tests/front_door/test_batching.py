"""A batch has a row for each part, whatever becomes of it, and does nothing twice."""

import csv
import json
import os
import shutil
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filelock import FileLock
from junitparser import Error, Failure, JUnitXml

from foveal.agents.scripted import ScriptedModel, shown
from foveal.api import batch
from foveal.auditing import audit
from foveal.exporting import export
from foveal.models.protocol import Choice, ChooseRequest
from foveal.records.folder import LOCK
from foveal.records.whole_file import PARTIAL
from foveal.schemas.errors import BadData, BadOutput, BadRecord, BadWorkflow
from foveal.schemas.workflow import Workflow
from foveal.workflow_file import load_workflow

Boards = tuple[Path, Path]


def by_brightness(request: ChooseRequest) -> dict[str, float]:
    share = 0.6 + 0.35 * float(list(shown(request.conversation).values())[-1].mean()) / 255
    first, *others = request.answers
    return {first: share, **dict.fromkeys(others, (1 - share) / len(others))}


@dataclass(eq=False)
class Counted(ScriptedModel):
    """Each call is a line of a file, so that those of a killed process count too."""

    calls: Path = Path()

    def choose(self, requests: Sequence[ChooseRequest]) -> list[Choice]:
        with self.calls.open("a") as file:
            file.write(f"{len(requests)}\n")
        return super().choose(requests)


@dataclass
class Trial:
    folder: Path
    boards: Boards
    workflow: Workflow
    model: Counted

    @property
    def out(self) -> Path:
        return self.folder / "out"

    def manifest(self, *ids: str, **changed: str) -> Path:
        """All of the same part, but for what is changed of one: id=path of its tested image."""
        path = self.folder / "parts.csv"
        template, tested = map(str, self.boards)
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "template", "tested", "line"])
            for name in ids:
                writer.writerow([name, template, changed.get(name, tested), "seven"])
        return path

    def run(self, manifest: Path, **options: Any) -> Any:
        return batch(self.workflow, manifest, out=self.out, model=self.model, **options)

    def rows(self) -> list[dict[str, Any]]:
        lines = (self.out / "results.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def calls(self) -> int:
        """Since they were last asked for."""
        path = self.model.calls
        count = len(path.read_text().splitlines()) if path.exists() else 0
        path.unlink(missing_ok=True)
        return count


@pytest.fixture
def trial(tmp_path: Path, boards: Boards) -> Trial:
    workflow = load_workflow("board-compare").model_copy(update={"calibration": {}})
    model = Counted(choosing=by_brightness, calls=tmp_path / "calls")
    return Trial(tmp_path, boards, workflow, model)


def test_each_part_has_a_line_with_its_report_in_the_order_of_the_list(trial: Trial) -> None:
    done = trial.run(trial.manifest("c", "a", "b"))
    rows = trial.rows()
    assert [row["id"] for row in rows] == ["c", "a", "b"]
    assert {row["verdict"] for row in rows} == {"fail"}
    assert (done.items, done.verdicts["fail"], done.errors, done.stopped) == (3, 3, 0, None)
    assert done.exit_code == 1
    runs = list((trial.out / "items").iterdir())
    assert len(runs) == 3
    assert all((run / "report.html").exists() for run in runs)


def test_the_same_command_again_does_nothing_again(trial: Trial) -> None:
    manifest = trial.manifest("a", "b")
    first = trial.run(manifest)
    results = (trial.out / "results.jsonl").read_bytes()
    assert trial.calls()
    assert trial.run(manifest) == first
    assert not trial.calls()
    assert (trial.out / "results.jsonl").read_bytes() == results


def test_a_list_that_grew_costs_what_is_new(trial: Trial) -> None:
    trial.run(trial.manifest("a"))
    once = trial.calls()
    trial.run(trial.manifest("a", "b"))
    assert trial.calls() == once
    assert [row["id"] for row in trial.rows()] == ["a", "b"]


def test_a_file_that_changed_is_inspected_anew(trial: Trial) -> None:
    trial.run(trial.manifest("a", "b"))
    trial.calls()
    trial.run(trial.manifest("a", "b", b=str(trial.boards[0])))
    assert [row["verdict"] for row in trial.rows()] == ["fail", "pass"]


def test_a_report_that_was_changed_is_made_anew(trial: Trial) -> None:
    trial.run(trial.manifest("a", "b"))
    (report,) = (trial.out / "items").glob("a-*/report.json")
    report.write_text(report.read_text().replace('"fail"', '"pass"'))
    trial.calls()
    trial.run(trial.manifest("a", "b"))
    assert trial.calls()
    assert [row["verdict"] for row in trial.rows()] == ["fail", "fail"]


def test_a_run_that_was_taken_away_is_made_anew(trial: Trial) -> None:
    trial.run(trial.manifest("a", "b"))
    (run,) = (trial.out / "items").glob("a-*")
    shutil.rmtree(run)
    trial.run(trial.manifest("a", "b"))
    assert [row["verdict"] for row in trial.rows()] == ["fail", "fail"]
    audit(trial.out)


def test_a_part_that_cannot_be_read_has_a_line_with_its_error(trial: Trial) -> None:
    done = trial.run(trial.manifest("a", "b", "c", b="gone.png"))
    rows = trial.rows()
    assert rows[1].keys() == {"id", "error"}
    assert "gone.png" in rows[1]["error"]
    assert [row.get("verdict") for row in rows] == ["fail", None, "fail"]
    assert done.exit_code == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_is_not_waited_for(trial: Trial) -> None:
    pipe = trial.folder / "pipe.png"
    os.mkfifo(pipe)
    trial.run(trial.manifest("a", "b", b=str(pipe)))
    assert "pipe.png" in trial.rows()[1]["error"]


def test_an_id_may_hold_any_line_break_of_unicode(trial: Trial) -> None:
    trial.run(trial.manifest("a", "one\u2028two"))
    export(trial.out, ["junit"], out=trial.folder / "ci")
    (suite,) = JUnitXml.fromfile(str(trial.folder / "ci" / "junit.xml"))
    assert len(list(suite)) == 2


def test_an_error_is_tried_again(trial: Trial) -> None:
    trial.run(trial.manifest("a", "b", b="gone.png"))
    done = trial.run(trial.manifest("a", "b"))
    assert done.errors == 0
    assert [row["verdict"] for row in trial.rows()] == ["fail", "fail"]


def test_a_line_without_an_input_has_an_error(trial: Trial) -> None:
    trial.run(trial.manifest("a", "b", b=""))
    assert trial.rows()[1]["error"] == "the line of 'b' names no file as 'tested': name one"


def test_a_list_names_no_file_outside_of_the_roots(trial: Trial) -> None:
    inside = trial.folder / "inside"
    inside.mkdir()
    manifest = trial.manifest("a")
    done = trial.run(manifest, roots=[inside])
    assert done.errors == 1
    assert "leads out of" in trial.rows()[0]["error"]
    assert trial.run(manifest, roots=[inside, trial.folder]).errors == 0


def test_a_bug_costs_one_part(trial: Trial) -> None:
    def broken(request: ChooseRequest) -> dict[str, float]:
        if threading.current_thread().name.endswith("_0"):
            raise ZeroDivisionError
        return by_brightness(request)

    trial.model.choosing = broken
    done = trial.run(trial.manifest("a"), jobs=1)
    assert done.errors == 1
    assert trial.rows()[0]["error"].startswith("a bug in foveal: ZeroDivisionError")


@pytest.mark.parametrize(("limit", "tried"), [("0", 1), ("1", 2), ("25%", 2), ("50%", 3)])
def test_a_batch_stops_at_too_many_failures(limit: str, tried: int, trial: Trial) -> None:
    names = "abcd"
    manifest = trial.manifest(*names, **dict.fromkeys(names, "gone.png"))
    done = trial.run(manifest, jobs=1, max_failures=limit)
    assert done.stopped == f"{tried} of 4 items ended in an error"
    assert len(trial.rows()) == tried


@pytest.mark.parametrize("limit", ["", "-1", "five", "101%", "5 %%", "nan%"])
def test_a_limit_that_is_none_is_refused(limit: str, trial: Trial) -> None:
    with pytest.raises(BadWorkflow, match="5%"):
        trial.run(trial.manifest("a"), max_failures=limit)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("id,template,tested\n", "lists nothing"),
        ("template,tested\na.png,b.png\n", "line 2 has no id"),
        ("id,template,tested\n1,a,b\n1,a,b\n", "line 3 names '1' again"),
        ("id,template\n1,a\n", "names a file as 'tested'"),
        (
            'id,template,tested\n1,"a' + "b" * csv.field_size_limit(),
            "is no CSV after line 1: field larger",
        ),
    ],
    ids=["nothing", "no id", "twice", "no tested", "an open quote"],
)
def test_a_list_that_is_none_is_refused_before_a_folder_is_made(
    text: str, why: str, trial: Trial
) -> None:
    manifest = trial.folder / "parts.csv"
    manifest.write_text(text)
    with pytest.raises(BadData, match=why):
        trial.run(manifest)
    assert not trial.out.exists()


def test_a_folder_goes_on_with_the_workflow_that_began_it(trial: Trial) -> None:
    manifest = trial.manifest("a")
    trial.run(manifest)
    trial.workflow = trial.workflow.model_copy(update={"max_regions": 7})
    with pytest.raises(BadOutput, match="another workflow"):
        trial.run(manifest)


def test_a_folder_of_something_else_is_left_alone(trial: Trial) -> None:
    trial.out.mkdir()
    (trial.out / "thesis.tex").write_text("years")
    with pytest.raises(BadOutput, match="not a foveal batch"):
        trial.run(trial.manifest("a"))
    assert [entry.name for entry in trial.out.iterdir()] == ["thesis.tex"]


def test_two_processes_do_not_run_one_batch(trial: Trial) -> None:
    trial.out.mkdir()
    with FileLock(trial.out / LOCK), pytest.raises(BadOutput, match="another process"):
        trial.run(trial.manifest("a"))


def test_ctrl_c_brings_what_was_begun_to_its_end(trial: Trial) -> None:
    def interrupt(*counts: int) -> None:
        del counts
        raise KeyboardInterrupt

    names = [f"part {number}" for number in range(12)]
    with pytest.raises(KeyboardInterrupt):
        trial.run(trial.manifest(*names), jobs=2, progress=interrupt)
    done = trial.rows()
    assert 1 <= len(done) < 12
    assert "Stopped: interrupted" in (trial.out / "summary.html").read_text()
    assert not list(trial.out.glob("items/*/checkpoints*"))
    audit(trial.out)
    trial.calls()
    trial.run(trial.manifest(*names))
    assert trial.calls() == 12 - len(done), "one each"
    assert [row["id"] for row in trial.rows()] == names


HOSTILE = [
    "../../up",
    "<script>alert(1)</script>",
    "a/b",
    "短路",
    "x" * 300,
    ".",
    "a\nb",
    "CON",
    "-",
]


def test_no_name_leaves_the_folder_or_meets_another(trial: Trial) -> None:
    trial.run(trial.manifest(*HOSTILE))
    assert [row["id"] for row in trial.rows()] == HOSTILE
    runs = list((trial.out / "items").iterdir())
    assert len(runs) == len(HOSTILE)
    assert all((run / "report.json").exists() for run in runs)
    assert "<script>" not in (trial.out / "summary.html").read_text(encoding="utf-8")


def test_a_batch_is_exported_whole_and_in_its_order(trial: Trial) -> None:
    trial.run(trial.manifest("c", "a", "b", a="gone.png"))
    export(trial.out, ["junit"], out=trial.folder / "ci")
    (suite,) = JUnitXml.fromfile(str(trial.folder / "ci" / "junit.xml"))
    assert [case.name for case in suite] == ["c", "a", "b"]
    assert [type(case.result[0]) for case in suite] == [Failure, Error, Failure]


def test_verify_reads_a_batch_and_its_runs(trial: Trial) -> None:
    trial.run(trial.manifest("a", "b", "c", c="gone.png"))
    found = audit(trial.out)
    assert found.runs == 2
    assert found.crops


@pytest.mark.parametrize(
    ("file", "was", "now", "why"),
    [
        ("results.jsonl", '"fail"', '"pass"', "line 1 is not what a report says"),
        ("ledger.jsonl", '"fail"', '"pass"', "record 3 was changed"),
        ("items/a-*/report.json", '"fail"', '"pass"', "is not what the ledger names"),
        ("items/a-*/workflow.json", "board", "bored", "is not what the ledger names"),
    ],
    ids=["results", "ledger", "report", "workflow"],
)
def test_verify_names_what_was_changed(
    file: str, was: str, now: str, why: str, trial: Trial
) -> None:
    trial.run(trial.manifest("a", "b"))
    (path,) = trial.out.glob(file)
    path.write_text(path.read_text().replace(was, now, 1))
    with pytest.raises(BadRecord, match=why):
        audit(trial.out)


def test_a_killed_batch_goes_on_until_each_part_is_done_once(trial: Trial) -> None:
    names = [f"part {number:02}" for number in range(40)]
    manifest = trial.manifest(*names)
    moments, deaths = np.random.default_rng(4), 0
    for _ in range(12):
        deaths += dies(lambda: trial.run(manifest, jobs=4), after=moments.uniform(0.05, 0.3))
    done = trial.run(manifest, jobs=4)
    assert deaths >= 3
    assert (done.items, done.errors, done.stopped) == (40, 0, None)
    assert [row["id"] for row in trial.rows()] == names
    assert audit(trial.out).runs == 40
    records = map(json.loads, (trial.out / "ledger.jsonl").read_text().splitlines())
    inspected = [record["data"]["id"] for record in records if record["kind"] == "item"]
    assert sorted(inspected) == names, "each once"
    assert not list(trial.out.rglob(f"*{PARTIAL}")), "nothing half-written"
    assert not list(trial.out.rglob("checkpoints*"))


def dies(work: Callable[[], object], *, after: float) -> bool:
    """Whether a process that does it is still at it after so many seconds, and then killed."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    timer = threading.Timer(after, os.kill, (child, signal.SIGKILL))
    timer.start()
    _, status = os.waitpid(child, 0)
    timer.cancel()
    return os.WIFSIGNALED(status)
