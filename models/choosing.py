"""Choosing among given answers: one pass over the prompts, one more where answers begin alike."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from foveal.models.answers import AnswerTree, Path
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


def choose(runner: Runner, questions: Sequence[Question]) -> list[Choice]:
    reading = runner.read(questions)
    for index, row in enumerate(reading.rows):
        runner.keep(row, reading.memory, index)
    places: list[tuple[int, Path]] = [(row, ()) for row in range(len(questions))]
    states = [reading.last]
    if later := _places_inside_answers(questions):
        reading.memory.select([row for row, _ in later])
        states.append(runner.go_on(reading.memory, [path for _, path in later]))
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
            reading.usage[row] + _asking(question),
        )
        for row, question in enumerate(questions)
    ]


def _asking(question: Question) -> Usage:
    return Usage(prefill_tokens=sum(map(len, question.answers.branches)), model_calls=1)


def _places_inside_answers(questions: Sequence[Question]) -> list[tuple[int, Path]]:
    return [
        (row, path)
        for row, question in enumerate(questions)
        for path in question.answers.branches
        if path
    ]
