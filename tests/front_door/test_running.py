"""A run is killed at each of its writes to disk, and goes on from there."""

import json
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from foveal.agents.inspection import STATE_TYPES
from foveal.agents.scripted import ScriptedModel, shown
from foveal.api import resume
from foveal.auditing import audit
from foveal.graphs.run import run_one
from foveal.model_choice import ModelChoice
from foveal.models.protocol import Choice, ChooseRequest, Reply, WriteRequest
from foveal.recording import RunRecorder
from foveal.records.checkpoints import Checkpoints, WholeStepSaver, open_checkpoints
from foveal.running import Run
from foveal.schemas.errors import BadRecord
from foveal.schemas.workflow import Workflow
from foveal.tools.image import Image
from foveal.tools.intake import read_image
from foveal.workflow_file import load_workflow

Boards = tuple[Path, Path]
Write = Callable[[str], None]

WRITES = ("state", "answers of a step", "journal", "ledger", "image")
LISTED = '{"findings": [{"label": "short", "box": [100, 200, 150, 300]}]}'


def unsure(request: ChooseRequest) -> dict[str, float]:
    """By how bright the tested part is: each question has an answer of its own."""
    share = 0.4 + 0.2 * float(list(shown(request.conversation).values())[-1].mean()) / 255
    first, *others = request.answers
    return {first: share, **dict.fromkeys(others, (1 - share) / len(others))}


@dataclass(eq=False)
class Counted(ScriptedModel):
    """Each call is a line of a file, so that those of a killed process count too."""

    calls: Path = Path()

    def choose(self, requests: Sequence[ChooseRequest]) -> list[Choice]:
        self._count(requests)
        return super().choose(requests)

    def write(self, requests: Sequence[WriteRequest]) -> list[Reply]:
        self._count(requests)
        return super().write(requests)

    def _count(self, requests: Sequence[ChooseRequest | WriteRequest]) -> None:
        with self.calls.open("a") as file:
            file.write(f"{len(requests)}\n")


class Saver(WholeStepSaver):
    """Tells of each write before and after it; swapped, the two of a step come the other way."""

    def __init__(self, saver: WholeStepSaver, told: Write, *, swapped: bool) -> None:
        super().__init__(saver.conn, serde=saver.serde)
        self._told = told
        self._swapped = swapped
        self._held: list[tuple[Any, ...]] = []

    def put(self, *given: Any) -> Any:
        self._told("state")
        config = super().put(*given)
        self._told("state")
        for writes in self._held:
            self._put_writes(*writes)
        self._held.clear()
        return config

    def put_writes(self, *given: Any) -> None:
        if self._swapped:
            self._held.append(given)
        else:
            self._put_writes(*given)

    def _put_writes(self, *given: Any) -> None:
        self._told("answers of a step")
        super().put_writes(*given)
        self._told("answers of a step")


@dataclass(frozen=True)
class Told(Checkpoints):
    """Tells when an answer is on disk: before that, no one can know of it."""

    told: Write = print

    def keep(self, node: str, asked: str, answered: dict[str, Any]) -> None:
        super().keep(node, asked, answered)
        self.told("journal")


class Recorder(RunRecorder):
    def __init__(self, run: Run, told: Write) -> None:
        super().__init__(run.directory, run.written)
        self._told = told

    def append(self, kind: str, **data: object) -> None:
        super().append(kind, **data)
        self._told("ledger")

    def image(self, *given: Any) -> None:
        super().image(*given)
        self._told("image")


@pytest.fixture
def model(tmp_path: Path) -> Counted:
    return Counted(choosing=unsure, writing=lambda _: LISTED, calls=tmp_path / "calls")


@pytest.fixture
def workflow() -> Workflow:
    return load_workflow("board-compare").model_copy(update={"calibration": {}})


@pytest.fixture
def images(boards: Boards) -> list[Image]:
    return [read_image(path) for path in boards]


@dataclass
class Trial:
    """The same run, as often as wanted, each in a folder of its own."""

    folder: Path
    workflow: Workflow
    images: list[Image]
    model: Counted

    def begin(self, name: str) -> Run:
        return Run.begin(
            self.folder / name, self.workflow, self.images, model=ModelChoice("scripted")
        )

    def calls(self) -> list[str]:
        """Since they were last asked for."""
        path = self.model.calls
        lines = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return lines

    def dies(self, name: str, moment: tuple[str, int], *, swapped: bool) -> bool:
        """Whether the process came to the n-th write of a kind, which is its last moment."""
        child = os.fork()
        if child == 0:
            self._live(name, moment, swapped=swapped)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
        return os.WIFSIGNALED(status)

    def _live(self, name: str, moment: tuple[str, int], *, swapped: bool) -> None:
        seen: list[str] = []

        def told(kind: str) -> None:
            seen.append(kind)
            if (kind, seen.count(kind)) == moment:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            self._run(name, told, swapped=swapped)
            os._exit(0)
        finally:
            os._exit(1)

    def _run(self, name: str, told: Write, *, swapped: bool) -> None:
        run = self.begin(name)
        with open_checkpoints(
            run.directory.checkpoints, run=run.directory.run, types=STATE_TYPES
        ) as kept:
            assert isinstance(kept.saver, WholeStepSaver)
            saver = Saver(kept.saver, told, swapped=swapped)
            run_one(
                run.workflow,
                self.model,
                *run.images,
                recorder=Recorder(run, told),
                date=run.date,
                durable=Told(saver, kept._store, kept.run, told),
            )


@pytest.fixture
def trial(tmp_path: Path, workflow: Workflow, images: list[Image], model: Counted) -> Trial:
    return Trial(tmp_path, workflow, images, model)


def kinds(run: Path) -> list[str]:
    lines = (run / "ledger.jsonl").read_text().splitlines()
    return [json.loads(line)["kind"] for line in lines]


@pytest.mark.parametrize("swapped", [False, True], ids=["writes, state", "state, writes"])
@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("graph", ["survey", "compare"])
def test_a_run_that_is_killed_at_any_write_asks_nothing_twice_and_reports_the_same(
    graph: str, write: str, swapped: bool, trial: Trial
) -> None:
    trial.workflow = trial.workflow.model_copy(update={"graph": graph})
    expected = trial.begin("whole").complete(lambda: trial.model)
    calls, records = trial.calls(), kinds(trial.folder / "whole")
    deaths = 0
    while trial.dies("killed", (write, deaths + 1), swapped=swapped):
        deaths += 1
        assert resume(trial.folder / "killed", model=trial.model) == expected
        assert trial.calls() == calls
        assert kinds(trial.folder / "killed") == records
        audit(trial.folder / "killed")
    assert deaths >= len(calls) >= (2 if graph == "compare" else 1)


def test_a_run_goes_on_with_the_model_that_began_it(trial: Trial) -> None:
    assert trial.dies("killed", ("ledger", 6), swapped=False)
    trial.model.revision = "1" * 64
    with pytest.raises(BadRecord, match="goes on otherwise than record 4 says"):
        resume(trial.folder / "killed", model=trial.model)


def test_a_run_that_was_accepted_needs_nothing_but_its_folder(trial: Trial) -> None:
    expected = trial.begin("whole").complete(lambda: trial.model)
    trial.begin("killed")
    assert resume(trial.folder / "killed", model=trial.model) == expected


def test_a_run_goes_on_without_its_checkpoints(trial: Trial) -> None:
    expected = trial.begin("whole").complete(lambda: trial.model)
    assert trial.dies("killed", ("ledger", 9), swapped=False)
    for file in (trial.folder / "killed").glob("checkpoints*"):
        file.unlink()
    assert resume(trial.folder / "killed", model=trial.model) == expected
    assert kinds(trial.folder / "killed") == kinds(trial.folder / "whole")


def test_checkpoints_that_are_none_are_refused(trial: Trial) -> None:
    assert trial.dies("killed", ("ledger", 9), swapped=False)
    for file in (trial.folder / "killed").glob("checkpoints*"):
        file.write_bytes(b"no database" * 100)
    with pytest.raises(BadRecord, match="take the file away"):
        resume(trial.folder / "killed", model=trial.model)


def test_a_finished_run_has_nothing_left_to_do(trial: Trial) -> None:
    report = trial.begin("whole").complete(lambda: trial.model)
    records = kinds(trial.folder / "whole")
    trial.calls()
    assert resume(trial.folder / "whole", model=trial.model) == report
    assert kinds(trial.folder / "whole") == records
    assert not trial.calls()
    assert not list((trial.folder / "whole").glob("checkpoints*"))


def test_what_a_run_left_behind_at_its_very_end_is_taken_away(trial: Trial) -> None:
    run = trial.begin("whole")
    report = run.complete(lambda: trial.model)
    with open_checkpoints(run.directory.checkpoints, run=run.directory.run, types=STATE_TYPES):
        pass
    assert run.directory.checkpoints.exists()
    assert resume(trial.folder / "whole", model="a model that is gone") == report
    assert not list((trial.folder / "whole").glob("checkpoints*"))


def test_a_run_that_was_never_accepted_is_begun_again(trial: Trial) -> None:
    ledger = trial.begin("killed").directory.ledger.path
    opening, *_ = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(opening)
    with pytest.raises(BadRecord, match="run it again"):
        resume(trial.folder / "killed", model=trial.model)


def test_the_state_of_a_step_fits_fifty_kilobytes(trial: Trial) -> None:
    run = trial.begin("run")
    with open_checkpoints(
        run.directory.checkpoints, run=run.directory.run, types=STATE_TYPES
    ) as kept:
        run_one(run.workflow, trial.model, *run.images, durable=kept)
        states = [known.checkpoint for known in kept.saver.list(None)]
        sizes = [len(kept.saver.serde.dumps_typed(state)[1]) for state in states]
    assert len(sizes) > 5
    assert max(sizes) < 50_000
    assert max(sizes) < min(image.pixels.nbytes for image in run.images), "no pixels"
