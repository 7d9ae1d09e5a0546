"""Choosing among given answers: one pass over the prompts, one more where answers begin alike."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from foveal.models.answers import AnswerTree, Path
from foveal.models.patches import Patches
from foveal.models.prompt import Outline
from foveal.models.protocol import Choice, Pixels
from foveal.models.runner import Runner
from foveal.schemas.report import Usage


@dataclass(frozen=True, eq=False)
class Question:
    outline: Outline
    """Ends with the trunk of the answers."""
    pictures: Sequence[Pixels]
    answers: AnswerTree

    @property
    def usage(self) -> Usage:
        return Usage(
            image_encodes=len(self.pictures),
            prefill_tokens=len(self.outline.ids) + sum(map(len, self.answers.branches)),
            model_calls=1,
        )


def choose(runner: Runner, questions: Sequence[Question], patches: Patches) -> list[Choice]:
    reading = runner.read([question.outline for question in questions], patches=patches)
    places: list[tuple[int, Path]] = [(row, ()) for row in range(len(questions))]
    states = [reading.last]
    if later := _places_inside_answers(questions):
        reading.memory.select([row for row, _ in later])
        states.append(runner.go_on(reading.memory, [path for _, path in later]).last)
    tokens = sorted({t for q in questions for ts in q.answers.branches.values() for t in ts})
    logits = runner.logits(torch.cat(states), tokens).cpu()
    by_place = dict(zip([*places, *later], logits, strict=True))
    column = {token: index for index, token in enumerate(tokens)}
    return [
        Choice(
            question.answers.probabilities(
                {
                    path: by_place[row, path][[column[token] for token in following]]
                    for path, following in question.answers.branches.items()
                }
            ),
            question.usage,
        )
        for row, question in enumerate(questions)
    ]


def _places_inside_answers(questions: Sequence[Question]) -> list[tuple[int, Path]]:
    return [
        (row, path)
        for row, question in enumerate(questions)
        for path in question.answers.branches
        if path
    ]
