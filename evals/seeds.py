"""Seeds of what evals draw. Training draws from seeds below 90,000, so no board is seen twice."""

import numpy as np
from numpy.random import Generator

DRAWN = 90_001
ALIGNED = 90_002
CALIBRATED = 90_003
CHECKED = 90_004


def generator(series: int, index: int) -> Generator:
    """The random numbers of board `index` of a series, whatever was drawn before it."""
    return np.random.default_rng([series, index])


def seed_range(series: int, count: int) -> str:
    """How figures name their boards."""
    return f"[{series}, 0] to [{series}, {count - 1}]"
