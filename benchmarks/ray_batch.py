"""A batch in actors of a Ray cluster on this machine, against the same batch in one process.

    python benchmarks/ray_batch.py [--items 200] [--actors 2] [--jobs 8] [--json]

Every process has one thread to calculate with. Throughput is that of the middle four fifths of the
parts, when all engines are loaded; `whole_command_ratio` counts starting Ray and loading too. One
process that calculates with all cores is measured beside it. In a third batch one actor is killed
midway: whatever is amiss at its end is listed under `faults`.
"""

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Any, NamedTuple

import psutil

from contenders import show
from foveal.schemas.verdict import ERROR_EXIT_CODE
from parts import draw

MIDDLE = 0.8
ONE_THREAD = {"OMP_NUM_THREADS": "1"}


class Timed(NamedTuple):
    whole_s: float
    parts_per_second: float


def begin(
    manifest: Path, out: Path, *options: str, threads: dict[str, str]
) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "foveal", "batch", "board-compare", str(manifest)]
    given = os.environ.items()  # noqa: TID251 - handed on, not read
    kept = {name: value for name, value in given if name != "OMP_NUM_THREADS"}
    return subprocess.Popen(  # noqa: S603 - this Python, and nothing a caller gave
        [*command, "--out", str(out), *options],
        env={**kept, **threads},
        stdout=subprocess.DEVNULL,
    )


def time(manifest: Path, out: Path, *options: str, threads: dict[str, str]) -> Timed:
    started = perf_counter()
    with begin(manifest, out, *options, threads=threads) as process:
        code = process.wait()
    assert code != ERROR_EXIT_CODE, "the batch failed"
    ends = sorted(path.stat().st_mtime for path in reports(out))
    left_out = round(len(ends) * (1 - MIDDLE) / 2)
    first, last = left_out, len(ends) - 1 - left_out
    return Timed(perf_counter() - started, (last - first) / (ends[last] - ends[first]))


def reports(out: Path) -> list[Path]:
    return list(out.glob("items/*/report.json"))


def kill_one(manifest: Path, out: Path, *options: str, midway: int) -> None:
    with begin(manifest, out, *options, threads=ONE_THREAD) as process:
        while len(reports(out)) < midway:
            assert process.poll() is None, "the batch ended before an actor could be killed"
            sleep(0.02)
        actors(process.pid)[0].kill()
    assert process.returncode != ERROR_EXIT_CODE, "the batch failed"


def actors(pid: int) -> list[psutil.Process]:
    running = psutil.Process(pid).children(recursive=True)
    return [one for one in running if "".join(one.cmdline()[:1]).startswith("ray::BatchActor")]


def faults(out: Path, items: int) -> Iterator[str]:
    wanted = [str(number) for number in range(items)]
    if [row["id"] for row in lines(out / "results.jsonl")] != wanted:
        yield f"results are not the {items} parts in their order"
    records = lines(out / "ledger.jsonl")
    counts = Counter(record["data"]["id"] for record in records if record["kind"] == "item")
    if counts != Counter(wanted):
        yield "the ledger has not each part as inspected once"
    command = [sys.executable, "-m", "foveal", "verify", str(out)]
    verified = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - as above
    if verified.returncode:
        yield f"verify: {verified.stderr.strip()}"


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def measure(*, items: int, actors: int, jobs: int) -> dict[str, object]:
    in_flight = ("--jobs", str(jobs))
    on_ray = (*in_flight, "--engine", "ray", "--actors", str(actors))
    with TemporaryDirectory() as place:
        folder = Path(place)
        manifest = draw(folder, items)
        alone = time(manifest, folder / "alone", *in_flight, threads=ONE_THREAD)
        all_cores = time(manifest, folder / "cores", *in_flight, threads={})
        joined = time(manifest, folder / "joined", *on_ray, threads=ONE_THREAD)
        kill_one(manifest, folder / "killed", *on_ray, midway=items // 3)
        found = list(faults(folder / "killed", items))
    return {
        "items": items,
        "actors": actors,
        "one_process_parts_per_second": alone.parts_per_second,
        "all_cores_parts_per_second": all_cores.parts_per_second,
        "ray_parts_per_second": joined.parts_per_second,
        "throughput_ratio": joined.parts_per_second / alone.parts_per_second,
        "throughput_ratio_all_cores": joined.parts_per_second / all_cores.parts_per_second,
        "whole_command_ratio": alone.whole_s / joined.whole_s,
        "faults": found,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=200)
    parser.add_argument("--actors", type=int, default=2)
    parser.add_argument("--jobs", type=int, default=8)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = measure(items=options.items, actors=options.actors, jobs=options.jobs)
    show(figures, as_json=options.json)
    if figures["faults"]:
        sys.exit("the batch in which an actor was killed is not whole")


if __name__ == "__main__":
    main()
