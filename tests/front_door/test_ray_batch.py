"""A batch on a cluster has the rows and records of a local one, whatever dies meanwhile."""

import csv
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

import psutil
import pytest

pytest.importorskip("ray", reason="foveal[ray] is not installed")
import ray
from ray.cluster_utils import Cluster as Machines

from foveal.api import batch
from foveal.auditing import audit
from foveal.cluster import Cluster
from foveal.manifest import Item
from foveal.model_choice import ModelChoice
from foveal.ray_workers import RayWorkers
from foveal.records.outcome import Inspected
from foveal.schemas.errors import BadCluster, FovealError
from foveal.schemas.loading import Loading
from foveal.schemas.verdict import ERROR_EXIT_CODE

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("machines")]

Boards = tuple[Path, Path]
ITEM = Item("a", {})

ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])  # actors cannot import a test


class Fragile:
    def is_ready(self) -> None: ...

    def inspect(self, item: Item) -> Inspected:
        os._exit(len(item))


class Unloadable(Fragile):
    def is_ready(self) -> None:
        raise MemoryError("no room for weights")


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    """Two of them, as far as Ray knows, with a CPU each."""
    own = tmp_path_factory.mktemp("ray")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("RAY_AUTH_TOKEN_PATH", str(own / "token"))
        patched.setenv("RAY_worker_register_timeout_seconds", "600")  # a busy machine is not dead
        machine = {"num_cpus": 1, "object_store_memory": 80 * 2**20, "include_dashboard": False}
        cluster = Machines(initialize_head=True, head_node_args=machine)
        cluster.add_node(**machine)
        ray.init(cluster.address, log_to_driver=False)
        yield cluster
        ray.shutdown()
        cluster.shutdown()


def write_list(folder: Path, boards: Boards, *, parts: int, unreadable: int = -1) -> Path:
    path = folder / "parts.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "template", "tested"])
        for number in range(parts):
            tested = "gone.png" if number == unreadable else boards[1].name
            writer.writerow([f"part {number:02}", boards[0].name, tested])
    return path


def rows(out: Path) -> list[dict[str, Any]]:
    """Without what an engine had in its caches."""
    lines = (out / "results.jsonl").read_text(encoding="utf-8").splitlines()
    return [{**json.loads(line), "usage": None} for line in lines]


def kinds(out: Path) -> dict[str, list[str]]:
    """Of the records in each run's ledger."""
    return {
        ledger.parent.name: [json.loads(line)["kind"] for line in ledger.read_text().splitlines()]
        for ledger in out.glob("items/*/ledger.jsonl")
    }


def inspected(out: Path) -> list[str]:
    """As often as the batch's ledger says so."""
    records = map(json.loads, (out / "ledger.jsonl").read_text().splitlines())
    return sorted(record["data"]["id"] for record in records if record["kind"] == "item")


def under_way(out: Path) -> dict[Path, str]:
    """First lines of the ledgers of runs that can go on from where they are."""
    found = {}
    for ledger in out.glob("items/*/ledger.jsonl"):
        lines = ledger.read_text().splitlines()
        if len(lines) > 3 and not (ledger.parent / "report.json").exists():
            found[ledger] = lines[0]
    return found


def actors() -> list[psutil.Process]:
    """Processes of this test's cluster."""
    return [
        process
        for process in psutil.Process().children(recursive=True)
        if process.status() != psutil.STATUS_ZOMBIE
        and "".join(process.cmdline()[:1]).startswith("ray::BatchActor")
    ]


def when(what: Callable[[], Any], *, within_s: float = 300) -> Any:
    end = time.monotonic() + within_s
    while not (found := what()):
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)
    return found


def test_rows_and_ledgers_are_those_of_a_local_batch(boards: Boards, tmp_path: Path) -> None:
    manifest = write_list(tmp_path, boards, parts=5, unreadable=3)
    told: list[tuple[int, int]] = []
    model = ModelChoice(loading=Loading(repeatable=True))
    ours, theirs = tmp_path / "local", tmp_path / "ray"
    here = batch("board-compare", manifest, out=ours, model=model)
    there = batch(
        "board-compare",
        manifest,
        out=theirs,
        model=model,
        cluster=Cluster(),
        progress=lambda *counts: told.append(counts),
    )
    assert there[:-1] == here[:-1], "all but the head of the ledger"
    assert rows(theirs) == rows(ours)
    assert kinds(theirs) == kinds(ours)
    assert told == [(number, 5) for number in range(1, 6)]
    assert audit(theirs).runs == 4


def test_what_an_actor_had_begun_goes_on_in_another(boards: Boards, tmp_path: Path) -> None:
    manifest, out = write_list(tmp_path, boards, parts=24), tmp_path / "out"
    begun: dict[Path, str] = {}

    def kill() -> None:
        when(lambda: len(list(out.glob("items/*/report.json"))) > 3)
        begun.update(when(lambda: under_way(out)))
        actors()[0].kill()

    killer = threading.Thread(target=kill)
    killer.start()
    done = batch("board-compare", manifest, out=out, jobs=4, cluster=Cluster())
    killer.join()
    assert (done.errors, done.stopped) == (0, None)
    names = [f"part {number:02}" for number in range(24)]
    assert [row["id"] for row in rows(out)] == names
    assert inspected(out) == names, "each once"
    assert audit(out).runs == 24
    assert {path: path.read_text().splitlines()[0] for path in begun} == begun, "none anew"


def test_a_folder_that_actors_do_not_see_is_refused(boards: Boards, tmp_path: Path) -> None:
    manifest = write_list(tmp_path, boards, parts=2)
    only_here = os.open(tmp_path, os.O_DIRECTORY)
    try:
        with pytest.raises(BadCluster, match="is not the folder that the command sees"):
            batch(
                "board-compare",
                manifest,
                out=f"/proc/self/fd/{only_here}/out",
                cluster=Cluster(),
            )
    finally:
        os.close(only_here)
    assert "Stopped: on " in (tmp_path / "out" / "summary.html").read_text()


def test_an_item_that_kills_each_actor_is_given_up() -> None:
    actor = ray.remote(Fragile).options(max_restarts=8).remote()
    with pytest.raises(FovealError, match="4 actors died while they inspected it"):
        RayWorkers([actor], jobs=1).inspect(ITEM)


def test_a_model_that_cannot_be_loaded_ends_the_batch() -> None:
    workers = RayWorkers([ray.remote(Unloadable).remote()], jobs=2)
    for _ in range(2):
        with pytest.raises(BadCluster, match="could not load the model"):
            workers.inspect(ITEM)


def test_no_item_waits_for_an_actor_once_stopped() -> None:
    nowhere = ray.remote(Fragile).options(num_cpus=99).remote()
    workers = RayWorkers([nowhere], jobs=1)
    threading.Timer(0.1, workers.stop).start()
    with pytest.raises(CancelledError):
        workers.inspect(ITEM)


def test_a_command_that_was_interrupted_or_killed_goes_on(
    machines: Machines, boards: Boards, tmp_path: Path
) -> None:
    manifest, out = write_list(tmp_path, boards, parts=24, unreadable=7), tmp_path / "out"
    command = ["batch", "board-compare", str(manifest), "--out", str(out), "--jobs", "4"]
    command += ["--engine", "ray", "--address", machines.address]

    def told() -> int:
        """Items in the batch's ledger, which the command alone writes."""
        ledger = out / "ledger.jsonl"
        return ledger.read_text().count('"kind":"item"') if ledger.exists() else 0

    def run(further: int, end: signal.Signals) -> int:
        before = told()
        process = subprocess.Popen([sys.executable, "-m", "foveal", *command])
        when(lambda: told() >= before + further)
        process.send_signal(end)
        return process.wait()

    assert run(3, signal.SIGINT) == 130
    assert not list(out.glob("items/*/checkpoints*")), "what was begun was brought to its end"
    assert run(3, signal.SIGKILL) == -signal.SIGKILL
    known = {row["id"] for row in rows(out)}
    assert 3 <= len(known) < 24
    last = subprocess.run([sys.executable, "-m", "foveal", *command], check=False)
    assert last.returncode == ERROR_EXIT_CODE
    names = [f"part {number:02}" for number in range(24)]
    assert [row["id"] for row in rows(out)] == names
    assert inspected(out) == [name for name in names if name != "part 07"]
    assert audit(out).runs == 23


def test_a_machine_that_is_lost_costs_no_item(
    machines: Machines, boards: Boards, tmp_path: Path
) -> None:
    manifest, out = write_list(tmp_path, boards, parts=24), tmp_path / "out"
    lost = machines.list_all_nodes()[-1]

    def lose() -> None:
        when(lambda: len(list(out.glob("items/*/report.json"))) > 3)
        machines.remove_node(lost, allow_graceful=False)

    loser = threading.Thread(target=lose)
    loser.start()
    done = batch("board-compare", manifest, out=out, jobs=4, cluster=Cluster())
    loser.join()
    assert (done.errors, done.stopped) == (0, None)
    assert inspected(out) == [f"part {number:02}" for number in range(24)], "each once"
    assert audit(out).runs == 24
