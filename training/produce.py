"""Draw chunks of regions without end, beside a running training.

    python -m foveal.training.produce FOLDER --seed 1 [--chunks 20]

The training reads what is there, so a long one keeps seeing boards that it has not seen.
"""

import argparse
import itertools
from pathlib import Path

import cv2
import numpy as np

from foveal.training.regions import draw_chunk

PAIRS = 150

EVAL_SEEDS_FROM = 90_000
"""Evals draw from here on, so that the model is not scored on boards that it was trained on."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--seed", type=seed, required=True)
    arguments.add_argument("--chunks", type=int, default=40, help="oldest are drawn over")
    options = arguments.parse_args()
    cv2.setNumThreads(1)
    options.folder.mkdir(parents=True, exist_ok=True)
    for turn in itertools.count():
        rng = np.random.default_rng([options.seed, turn])
        name = f"chunk-{options.seed}-{turn % options.chunks:03}.npz"
        draw_chunk(rng, PAIRS).save(options.folder / name)


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
