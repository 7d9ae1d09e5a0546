"""Reads every file of a folder as an inspection would, and counts how each ended, as JSON.

    python benchmarks/hostile_images.py FOLDER

Meant for files that break decoders, such as `Tests/images` of Pillow's source (from PyPI:
`pip download --no-binary pillow --no-deps pillow`). `peak_memory_mb` is of the decoding processes.
"""

import json
import resource
import sys
from collections import Counter
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from foveal.schemas.errors import FovealError
from foveal.tools.decoding import Decoder


class Reading(NamedTuple):
    path: Path
    outcome: str
    """`read`, or why not, without the name of the file."""
    seconds: float


def read(decoder: Decoder, path: Path) -> Reading:
    started = perf_counter()
    try:
        decoder.read(path)
        outcome = "read"
    except FovealError as error:
        outcome = error.what.replace(repr(str(path)), "").strip()
    return Reading(path, outcome, perf_counter() - started)


def main() -> None:
    folder = Path(sys.argv[1])
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    with Decoder() as decoder:
        readings = [read(decoder, path) for path in paths]
    slowest = max(readings, key=lambda reading: reading.seconds)
    figures = {
        "files": len(readings),
        "outcomes": dict(Counter(reading.outcome for reading in readings).most_common()),
        "crashed": [r.path.name for r in readings if "crashed" in r.outcome],
        "slowest": {"file": slowest.path.name, "seconds": round(slowest.seconds, 2)},
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
    }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
