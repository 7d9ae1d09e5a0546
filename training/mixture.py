"""What is practised how often, by how far a training has come."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.random import Generator

from foveal.agents.instructions import Role

Task = Role | Literal["judge thinking", "look thinking"]
"""What is practised: a role, or a role that thinks before it answers."""


@dataclass(frozen=True)
class Mixture:
    """How often each task is practised, and how much its wording varies."""

    weights: dict[Task, float]
    """Against one another, among the steps that put a question."""

    variety: float
    seeing: float
    """Share of steps that train the vision tower alone, at a third of the time of a question."""

    copying: float
    """Share of steps that train the language model alone to say again what was said."""

    def draw(self, rng: Generator) -> Task:
        tasks, weights = list(self.weights), np.array(list(self.weights.values()))
        return tasks[rng.choice(len(tasks), p=weights / weights.sum())]


# Seeing keeps its share throughout: what is not practised is lost within an hour.
_EARLY = Mixture(
    {
        "judge": 0.22,
        "locate": 0.1,
        "verify": 0.14,
        "survey": 0.02,
        "sight": 0.06,
        "look": 0.3,
        "find": 0.15,
        "confirm": 0.12,
        "recognise": 0.1,
        "report": 0.4,
        "judge thinking": 0.05,
        "look thinking": 0.05,
        "scout": 0.03,
        "explore": 0.1,
    },
    variety=0.3,
    seeing=0.3,
    copying=0.1,
)
_LATE = replace(_EARLY, variety=0.35, copying=0.03)
_EARLY_SHARE = 0.5


def mixture(progress: float) -> Mixture:
    """For a training that has come so far, 0 to 1."""
    return _EARLY if progress < _EARLY_SHARE else _LATE
