"""Seconds a board that has no template, one at a time with nothing remembered.

    python benchmarks/boards.py [DATA] [--limit N] [--workflow board-inspect] [--json]

DATA is what `foveal calibrate` takes, by default drawn:20. Encodes are set against the distinct
pictures that the model was shown.
"""

import argparse
from time import perf_counter
from typing import NamedTuple

import numpy as np

import foveal
from contenders import show
from foveal.evals.labelled import read_labelled
from foveal.evals.layered_tasks.watched import Watched
from foveal.evals.seeds import CHECKED
from foveal.graphs.run import run_one
from foveal.models.protocol import Picture, Recalling
from foveal.schemas.image import ImageId, name_pixels
from foveal.tools.image import Image
from foveal.workflow_file import load_workflow


class Board(NamedTuple):
    seconds: float
    encodes: int
    pictures: int
    """Distinct ones that were shown."""


def measure(data: str, workflow_name: str, *, limit: int | None) -> dict[str, object]:
    workflow = load_workflow(workflow_name)
    boards = [
        pair.read()[-1] for pair in read_labelled(data, workflow, series=CHECKED, limit=limit).pairs
    ]
    model = foveal.load_model(workflow.model)
    assert isinstance(model, Recalling)

    def inspect(image: Image) -> Board:
        model.forget_all()
        watched, started = Watched(model, bound=True), perf_counter()
        report = run_one(workflow, watched, image)
        seconds = perf_counter() - started
        return Board(seconds, report.usage.image_encodes, len(_pictures(watched)))

    inspect(boards[0])  # what is made once, at the first call
    timed = [inspect(board) for board in boards]
    seconds = [board.seconds for board in timed]
    return {
        "boards": len(timed),
        "seconds_least": min(seconds),
        "seconds_median": float(np.median(seconds)),
        "seconds_most": max(seconds),
        "above_2_seconds": sum(taken > 2 for taken in seconds),
        "encodes_least": min(board.encodes for board in timed),
        "encodes_most": max(board.encodes for board in timed),
        "encodes_a_picture": sum(b.encodes for b in timed) / sum(b.pictures for b in timed),
    }


def _pictures(watched: Watched) -> set[ImageId]:
    return {
        name_pixels(part.pixels)
        for step in watched.steps
        for message in step.request.conversation
        for part in message.parts
        if isinstance(part, Picture)
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", default="drawn:20")
    parser.add_argument("--workflow", default="board-inspect")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = measure(options.data, options.workflow, limit=options.limit)
    show(figures, as_json=options.json)


if __name__ == "__main__":
    main()
