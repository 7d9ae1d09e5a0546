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


_EARLY = Mixture(
    {
        "judge": 0.2,
        "locate": 0.03,
        "verify": 0.06,
        "survey": 0.02,
        "sight": 0.03,
        "look": 0.3,
        "find": 0.15,
        "confirm": 0.1,
        "recognise": 0.04,
        "report": 1.5,
        "judge thinking": 0.06,
        "look thinking": 0.06,
        "scout": 0.03,
        "explore": 0.12,
    },
    variety=0.3,
    seeing=0.1,
    copying=0.1,
)
# Copying comes first: documents are learned from how to copy, and hardly teach it.
_FIRST = replace(_EARLY, copying=0.85)
_LATE = replace(_EARLY, weights=_EARLY.weights | {"report": 0.7}, seeing=0.2, copying=0.05)
_PHASES = (0.12, _FIRST), (0.55, _EARLY), (1.0, _LATE)
"""Each with the share of a training at which it ends."""


def mixture(progress: float) -> Mixture:
    """For a training that has come so far, 0 to 1."""
    return next(mix for end, mix in _PHASES if progress <= end)
