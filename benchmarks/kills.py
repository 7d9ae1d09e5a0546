"""A bad night: a batch is killed again and again, goes on each time, and must be whole at its end.

    python benchmarks/kills.py [--items 200] [--jobs 8] [--kills 50] [--seed 1] [--json]

Drawn boards under `tiny`, some of them unreadable. The process group gets SIGKILL at a random
moment, mostly while parts are inspected, sometimes while the model loads. Where something is amiss
at the end, it is said and the folder is kept.
"""

import argparse
import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import sleep, time
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator

from contenders import show
from foveal.records.png import NOT_PNG, decode, encode
from foveal.records.whole_file import PARTIAL
from foveal.schemas.verdict import ERROR_EXIT_CODE
from foveal.training.boards.pair import draw_pair

UNREADABLE_EVERY = 40
WORKING_S, LOADING_S = 2.0, 4.0
"""The latest that a process is killed after it began a part, and after it opened the batch."""


class Life(NamedTuple):
    """Of one process of the batch."""

    killed: bool
    under_way: int
    """Parts it had begun or gone on with, and not brought to their end."""


@dataclass(frozen=True)
class Night:
    folder: Path
    ids: Sequence[str]
    jobs: int

    @classmethod
    def drawn(cls, folder: Path, rng: Generator, *, items: int, jobs: int) -> "Night":
        ids = [f"part {number:03}" for number in range(items)]
        with (folder / "parts.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "template", "tested"])
            for number, name in enumerate(ids):
                writer.writerow([name, *_draw(folder, rng, number)])
        return cls(folder, ids, jobs)

    @property
    def out(self) -> Path:
        return self.folder / "night"

    @property
    def unreadable(self) -> set[str]:
        return {name for number, name in enumerate(self.ids) if _is_unreadable(number)}

    def begin(self) -> subprocess.Popen[bytes]:
        command = ("batch", "board-compare", str(self.folder / "parts.csv"), "--out", str(self.out))
        return subprocess.Popen(  # noqa: S603 - this Python, and nothing a caller gave
            [sys.executable, "-m", "foveal", *command, "--jobs", str(self.jobs), "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def live(self, rng: Generator) -> Life:
        """Until it is killed, unless it ends before."""
        loading = rng.random() < 0.1
        awaited = "results.jsonl" if loading else "items/*/*"
        started = time()
        with self.begin() as process:
            while process.poll() is None and not self._written(awaited, since=started):
                sleep(0.02)
            try:
                process.wait(rng.uniform(0, LOADING_S if loading else WORKING_S))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        begun = {path.parent.name for path in self._written("items/*/*", since=started)}
        under_way = begun - {record["data"].get("folder") for record in self.records()}
        return Life(process.returncode == -signal.SIGKILL, len(under_way))

    def _written(self, pattern: str, *, since: float) -> list[Path]:
        """SQLite takes files away at any moment."""
        found = []
        for path in self.out.glob(pattern):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime >= since:
                    found.append(path)
        return found

    def end(self) -> str:
        """Let run to its end; the head that it prints."""
        with self.begin() as process:
            said, _ = process.communicate()
        assert process.returncode == ERROR_EXIT_CODE, "some parts cannot be read"
        head: str = json.loads(said)["head"]
        return head

    def records(self) -> Iterator[dict[str, Any]]:
        """Of the batch's ledger, without a line that a kill cut."""
        for line in (self.out / "ledger.jsonl").read_bytes().split(b"\n")[:-1]:
            yield json.loads(line)

    def faults(self, head: str) -> list[str]:
        return [*self._rows(), *self._files(), *self._ledger(), *self._verified(head)]

    def _rows(self) -> Iterator[str]:
        rows = map(json.loads, (self.out / "results.jsonl").read_text("utf-8").splitlines())
        named = {row["id"]: "error" in row for row in rows}
        if list(named) != list(self.ids):
            yield f"results are not the {len(self.ids)} parts in their order"
        if {name for name, failed in named.items() if failed} != self.unreadable:
            yield "errors are not those of the unreadable parts"

    def _files(self) -> Iterator[str]:
        for path in filter(Path.is_file, self.out.rglob("*")):
            try:
                _read(path)
            except (ValueError, *NOT_PNG) as error:
                yield f"{path.relative_to(self.out)}: {error}"

    def _ledger(self) -> Iterator[str]:
        counts = Counter(record["data"].get("id") for record in self.records() if _is_item(record))
        if counts != Counter(set(self.ids) - self.unreadable):
            yield "the ledger has not each part as inspected once"

    def _verified(self, head: str) -> Iterator[str]:
        command = [sys.executable, "-m", "foveal", "verify", str(self.out), "--head", head]
        ended = subprocess.run(  # noqa: S603 - as above
            command, capture_output=True, text=True, check=False
        )
        if ended.returncode:
            yield f"verify: {ended.stderr.strip()}"


def _is_item(record: dict[str, Any]) -> bool:
    return bool(record["kind"] == "item")


def _is_unreadable(number: int) -> bool:
    return number % UNREADABLE_EVERY == 1


def _draw(folder: Path, rng: Generator, number: int) -> tuple[Path, Path]:
    """Files of a template and a tested board; an unreadable one was cut off."""
    pair = draw_pair(rng)
    paths = folder / f"{number}-template.png", folder / f"{number}-tested.png"
    template, tested = encode(pair.template), encode(pair.tested)
    paths[0].write_bytes(template)
    paths[1].write_bytes(tested[: len(tested) // 2] if _is_unreadable(number) else tested)
    return paths


def _read(path: Path) -> None:
    """Raises ValueError, or one of NOT_PNG, where it is not whole."""
    if path.name.endswith(PARTIAL):
        raise ValueError("half-written")
    if path.name.startswith("checkpoints"):
        report = json.loads((path.parent / "report.json").read_bytes())
        if report["verdict"] != "review":
            raise ValueError("left behind by a run that has ended")
    if path.suffix == ".png":
        decode(path.read_bytes())
    if path.suffix == ".json":
        json.loads(path.read_bytes())
    if path.suffix == ".jsonl":
        for line in path.read_bytes().splitlines():
            json.loads(line)


def measure(folder: Path, *, items: int, jobs: int, kills: int, seed: int) -> dict[str, object]:
    rng = np.random.default_rng(seed)
    night = Night.drawn(folder, rng, items=items, jobs=jobs)
    lives = [night.live(rng) for _ in range(kills)]
    faults = night.faults(night.end())
    hits = [life.under_way for life in lives if life.killed and life.under_way]
    return {
        "items": items,
        "unreadable": len(night.unreadable),
        "kills": sum(life.killed for life in lives),
        "kills_during_work": len(hits),
        "half_finished_parts": sum(hits),
        "half_finished_most": max(hits, default=0),
        "tries_of_unreadable": sum(record["kind"] == "error" for record in night.records()),
        "faults": faults,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=8)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="foveal-kills-"))
    figures = measure(
        folder, items=options.items, jobs=options.jobs, kills=options.kills, seed=options.seed
    )
    show(figures, as_json=options.json)
    if figures["faults"]:
        sys.exit(f"kept: {folder}")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
