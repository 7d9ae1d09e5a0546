"""Inspect a list of parts, decide what is left to a person, and hand the result to CI.

    python examples/night.py OUT

Two boards, one of them against itself, and a file that is not there. Run again, it does nothing
anew but try that file.
"""

import argparse
import csv
from pathlib import Path

import foveal
from foveal.exporting import export
from foveal.reviewing import waiting

BOARDS = Path(__file__).parent / "boards"
PARTS = {"cut": "tested.png", "good": "template.png", "lost": "gone.png"}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("out", type=Path)
    out = arguments.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    manifest = out / "parts.csv"
    with manifest.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "template", "tested"])
        for part, name in PARTS.items():
            writer.writerow([part, BOARDS.resolve() / "template.png", BOARDS.resolve() / name])
    done = foveal.batch("board-compare", manifest, out=out / "night")
    print(done.verdicts, f"{done.errors} errors")
    for item, run, report in waiting(out / "night"):
        print(f"{item} waits: {report.reason} ({run / 'report.html'})")
    for path in export(out / "night", ["junit", "csv"], out=out / "ci"):
        print(path)


if __name__ == "__main__":
    main()
