"""Draw chunks of regions without end, beside a running training.

    python -m foveal.training.produce FOLDER --seed 1 [--chunks 20] [--suspecting MODEL]

The training reads what is there, so a long one keeps seeing boards that it has not seen.
With a model, the places that it suspects on a third of the boards are practised too.
"""

import argparse
import itertools
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import torch

from foveal.models.load import load_model
from foveal.training.regions import draw_chunk
from foveal.training.suspects import suspects

PAIRS = 150
_SEARCHED = 50
"""Searching a board takes about twenty times as long as drawing it."""

EVAL_SEEDS_FROM = 90_000
"""Evals draw from here on, so that the model is not scored on boards that it was trained on."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--seed", type=seed, required=True)
    arguments.add_argument("--chunks", type=int, default=40, help="oldest are drawn over")
    arguments.add_argument("--suspecting", metavar="MODEL", help="to search some of the boards")
    options = arguments.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    model = load_model(options.suspecting) if options.suspecting else None
    options.folder.mkdir(parents=True, exist_ok=True)
    for turn in itertools.count():
        rng = np.random.default_rng([options.seed, turn])
        name = f"chunk-{options.seed}-{turn % options.chunks:03}.npz"
        chunk = draw_chunk(rng, PAIRS)
        if model is not None:
            chunk = replace(chunk, suspects=suspects(chunk.parts[:_SEARCHED], model))
        chunk.save(options.folder / name)


def seed(text: str) -> int:
    number = int(text)
    if not 0 <= number < EVAL_SEEDS_FROM:
        raise argparse.ArgumentTypeError(
            f"{number} is not a seed to train on: give 0 to {EVAL_SEEDS_FROM - 1}, "
            "evals draw from those above"
        )
    return number


if __name__ == "__main__":
    main()
