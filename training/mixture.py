"""What is practised how often."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.random import Generator

from foveal.agents.instructions import Role

Task = Role | Literal["judge thinking", "look thinking", "report thinking"]
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
MIXTURE = Mixture(
    {
        "judge": 0.25,
        "locate": 0.06,
        "verify": 0.3,
        "survey": 0.04,
        "sight": 0.05,
        "look": 1.0,
        "liken": 0.9,
        "find": 0.5,
        "confirm": 0.35,
        "recognise": 0.35,
        "report": 0.5,
        "judge thinking": 0.03,
        "look thinking": 0.03,
        "report thinking": 0.4,
        "scout": 0.02,
        "explore": 0.05,
    },
    variety=0.4,
    seeing=0.27,
    copying=0.04,
)
