"""Answers as they are to be written: under the names of a wording, boxes in thousandths."""

from functools import partial
from json import dumps

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from foveal.training.boards.pair import SIZE_PX
from foveal.training.chunk import KINDS, NONE
from foveal.training.thoughts import SEEN
from foveal.training.wordings import Wording

ANNOTATION_MARGIN = 7 / SIZE_PX
"""Left around a change by whoever draws boxes by hand, over the side of the board."""

_STEP = 10
"""Thousandths that written corners are multiples of: finer digits would be noise to learn."""

_compact = partial(dumps, ensure_ascii=False, separators=(",", ":"))
"""JSON as the engine's grammar writes it."""


def located(wording: Wording, kind: int, box: NDArray[np.float32]) -> str:
    written = None if kind == NONE else _thousandths(box)
    return _compact({"label": wording.name(kind), "box": written})


def listed(wording: Wording, truths: NDArray[np.float32], *, margin: float = 0.0) -> str:
    """With a margin around each, over the side of the picture."""
    findings = [
        {"label": wording.name(int(truth[0])), "box": _thousandths(_grown(truth[1:], margin))}
        for truth in truths
    ]
    return _compact({"findings": findings})


def suspected(rng: Generator, wording: Wording, truths: NDArray[np.float32]) -> str:
    """Each place with what is to be seen there."""
    reasons = SEEN[wording.language]
    regions = [
        {
            "box": _thousandths(_grown(truth[1:], ANNOTATION_MARGIN)),
            "why": str(rng.choice(reasons[KINDS[int(truth[0])]])),
        }
        for truth in truths
    ]
    return _compact({"regions": regions})


def _grown(corners: NDArray[np.float32], margin: float) -> NDArray[np.floating]:
    return np.asarray(corners + margin * np.array([-1, -1, 1, 1]))


def _thousandths(corners: NDArray[np.floating]) -> list[int]:
    steps = np.round(corners * 1000 / _STEP)
    return [int(step) * _STEP for step in np.clip(steps, 0, 1000 // _STEP)]
