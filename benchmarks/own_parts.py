"""List boards of DeepPCB as a line's own labelled parts, to calibrate an inspection with.

    python benchmarks/own_parts.py DATA parts.jsonl [--boards 120]

Each board gives a defective part, as it was tested, and a good one: its template. Boards that
`foveal eval deeppcb --limit 200` and `foveal eval layered_tasks --limit 24` take are left out.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from foveal.evals.deeppcb import read_pairs
from foveal.evals.pairs import LabelledPair, spread

MEASURED = 200, 24


def parts(folder: Path, boards: int) -> Iterator[dict[str, object]]:
    everything = read_pairs(folder)
    measured = {pair.name for count in MEASURED for pair in spread(everything, count)}
    left = [pair for pair in everything if pair.name not in measured]
    for pair in spread(left, boards):
        shown = folder.resolve() / pair.name
        yield {"id": pair.name, "image": f"{shown}_test.jpg", "labels": labels(pair)}
        yield {"id": f"{pair.name}, template", "image": f"{shown}_temp.jpg", "labels": []}


def labels(pair: LabelledPair) -> list[dict[str, object]]:
    return [{"label": truth.label, "box_px": list(truth.box)} for truth in pair.truths]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("data", type=Path, help="a folder laid out as DeepPCB")
    arguments.add_argument("out", type=Path, help="a .jsonl file, as `foveal calibrate` takes it")
    arguments.add_argument("--boards", type=int, default=120)
    options = arguments.parse_args()
    lines = [json.dumps(part) for part in parts(options.data, options.boards)]
    options.out.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
