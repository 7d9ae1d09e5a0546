from collections import defaultdict

import numpy as np

from foveal.training.learner import Lost


class Tally:
    """Mean losses by role since the last look."""

    def __init__(self) -> None:
        self._lost: defaultdict[str, list[Lost]] = defaultdict(list)

    def add(self, role: str, lost: Lost) -> None:
        self._lost[role].append(lost)

    def empty(self) -> dict[str, list[float]]:
        """Language and auxiliary loss; counts anew from here."""
        means = {
            role: [round(float(mean), 4) for mean in np.mean(lost, axis=0)]
            for role, lost in sorted(self._lost.items())
        }
        self._lost.clear()
        return means
