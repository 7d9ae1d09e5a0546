"""Parts an hour: a batch against the same parts one after another.

    python benchmarks/parts.py [--items 40] [--json]

One after another is measured twice: a command a part, and in one process with one loaded model.
Boards are drawn, with up to three defects each; every way starts with nothing remembered, and
leaves the same folders behind.
"""

import argparse
import csv
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import cv2
import numpy as np

import foveal
from contenders import show
from foveal.models.protocol import Recalling
from foveal.training.boards.pair import draw_pair

BY_HAND = 6
"""Commands that are timed: each takes the same seconds to start."""


def draw(folder: Path, items: int) -> Path:
    manifest = folder / "parts.csv"
    with manifest.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "template", "tested"])
        for number in range(items):
            pair = draw_pair(np.random.default_rng([7, number]), defects=number % 4)
            names = f"{number}-template.png", f"{number}-tested.png"
            for name, pixels in zip(names, (pair.template, pair.tested), strict=True):
                cv2.imwrite(str(folder / name), pixels)
            writer.writerow([number, *names])
    return manifest


def seconds(work: Callable[[], object]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def measure(items: int) -> dict[str, float]:
    model = foveal.load_model("tiny")
    assert isinstance(model, Recalling)
    with TemporaryDirectory() as place:
        folder = Path(place)
        manifest = draw(folder, items)
        rows = list(csv.DictReader(manifest.open(newline="")))
        pairs = [(folder / row["template"], folder / row["tested"]) for row in rows]
        foveal.compare(*pairs[0], out=folder / "warm", model=model)
        timed = pairs[:BY_HAND]
        by_hand = seconds(lambda: [command("compare", *pair, out=folder / "a") for pair in timed])
        model.forget_all()
        alone = seconds(
            lambda: [foveal.compare(*pair, out=folder / "b", model=model) for pair in pairs]
        )
        model.forget_all()
        joined = seconds(
            lambda: foveal.batch("board-compare", manifest, out=folder / "c", model=model)
        )
        batch = seconds(lambda: command("batch", "board-compare", manifest, out=folder / "d"))
    return {
        "items": items,
        "seconds_a_command": by_hand / len(timed),
        "seconds_a_part_alone": alone / items,
        "seconds_a_part_joined": joined / items,
        "batch_over_commands": by_hand / len(timed) * items / batch,
        "batch_over_one_process": alone / joined,
    }


def command(*arguments: str | Path, out: Path) -> None:
    line = [sys.executable, "-m", "foveal", *map(str, arguments), "--out", str(out)]
    subprocess.run(line, check=False, capture_output=True)  # noqa: S603 - 0, 1, 3 are verdicts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    show(measure(options.items), as_json=options.json)


if __name__ == "__main__":
    main()
