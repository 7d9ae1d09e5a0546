"""Seeds of what evals draw, which producers of training boards refuse."""

import numpy as np
from numpy.random import Generator

from foveal.training.produce import EVAL_SEEDS_FROM

DRAWN = EVAL_SEEDS_FROM + 1
ALIGNED = EVAL_SEEDS_FROM + 2
CALIBRATED = EVAL_SEEDS_FROM + 3
CHECKED = EVAL_SEEDS_FROM + 4
ROLES = EVAL_SEEDS_FROM + 5
GAUGED = EVAL_SEEDS_FROM + 6
EVIDENCE = EVAL_SEEDS_FROM + 7
LAYERED = EVAL_SEEDS_FROM + 8
ASKED = EVAL_SEEDS_FROM + 9
HOSTILE = EVAL_SEEDS_FROM + 10
SERVED = EVAL_SEEDS_FROM + 11
DOCUMENTS = EVAL_SEEDS_FROM + 12


def generator(series: int, index: int) -> Generator:
    """The random numbers of board `index` of a series, whatever was drawn before it."""
    return np.random.default_rng([series, index])


def seed_range(series: int, count: int) -> str:
    """How figures name their boards."""
    return f"[{series}, 0] to [{series}, {count - 1}]"
