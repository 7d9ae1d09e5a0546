"""Training batches put in the agents' own words: one wording a batch, many regions under it."""

from collections.abc import Callable

from numpy.random import Generator

from foveal.agents.instructions import Role
from foveal.training.chunk import Chunk
from foveal.training.comparing import judge, judge_thinking, locate, survey, verify
from foveal.training.exploring import explore
from foveal.training.mixture import Task
from foveal.training.reporting import report, report_thinking
from foveal.training.sample import Sample
from foveal.training.viewing import (
    confirm,
    draw_views,
    find,
    liken,
    look,
    look_thinking,
    recognise,
    scout,
    sight,
)
from foveal.training.views import BoardView
from foveal.training.wordings import Wording, vary

_DRAW: dict[Task, Callable[[Generator, Chunk, Wording, int], list[Sample]]] = {
    "judge": judge,
    "locate": locate,
    "verify": verify,
    "survey": survey,
    "sight": sight,
    "look": look,
    "liken": liken,
    "find": find,
    "confirm": confirm,
    "recognise": recognise,
    "report": report,
    "judge thinking": judge_thinking,
    "look thinking": look_thinking,
    "report thinking": report_thinking,
    "scout": scout,
    "explore": explore,
}
TASKS = tuple(_DRAW)

_SIZES: dict[Task, int] = {
    "judge": 48,
    "locate": 36,
    "verify": 48,
    "survey": 8,
    "sight": 64,
    "look": 80,
    "liken": 48,
    "find": 64,
    "confirm": 80,
    "recognise": 32,
    "report": 48,
    "judge thinking": 40,
    "look thinking": 64,
    "report thinking": 40,
    "scout": 12,
    "explore": 24,
}
"""Samples a batch, so that one takes about as long as another."""

_SIGHTS = 128
"""Views of a step without a question."""


def draw_batch(
    rng: Generator, task: Task, chunk: Chunk, *, variety: float, share: int = 1
) -> list[Sample]:
    """As many samples as the task's batch holds, divided by `share`."""
    wording = vary(rng, role_of(task), variety=variety)
    return draw_samples(rng, task, chunk, wording, size=max(1, _SIZES[task] // share))


def role_of(task: Task) -> Role:
    match task:
        case "judge thinking":
            return "judge"
        case "look thinking":
            return "look"
        case "report thinking":
            return "report"
        case _:
            return task


def draw_samples(
    rng: Generator, task: Task, chunk: Chunk, wording: Wording, *, size: int
) -> list[Sample]:
    return _DRAW[task](rng, chunk, wording, size)


def draw_sights(rng: Generator, chunk: Chunk, *, share: int = 1) -> list[BoardView]:
    """Views to name the cells of, with no question put."""
    return list(draw_views(rng, chunk, max(1, _SIGHTS // share)))
