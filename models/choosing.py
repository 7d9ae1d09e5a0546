"""Choosing among given answers: one pass over the prompts, one more where answers begin alike."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch

from foveal.models.answers import AnswerTree, Path
from foveal.models.job import Job
from foveal.models.runner import Runner
from foveal.schemas.report import Usage


@dataclass(eq=False)
class Question(Job):
    answers: AnswerTree
    """Their trunk is read with the prompt."""
    probabilities: dict[str, float] = field(default_factory=dict)


def choose(runner: Runner, questions: Sequence[Question]) -> None:
    """Gives each question its probabilities."""
    reading = runner.read(questions)
    for index, prompt in enumerate(reading.rows):
        runner.keep(prompt, reading.memory, index)
    places: list[tuple[int, Path]] = [(row, ()) for row in range(len(questions))]
    states = [reading.last]
    if later := _places_inside_answers(questions):
        reading.memory.select([row for row, _ in later])
        paths = [path for _, path in later]
        after = runner.go_on(reading.memory, paths)
        states.append(after[range(len(paths)), [len(path) - 1 for path in paths]])
    tokens = sorted({t for q in questions for ts in q.answers.branches.values() for t in ts})
    logits = runner.logits(torch.cat(states), tokens).cpu()
    by_place = dict(zip([*places, *later], logits, strict=True))
    column = {token: index for index, token in enumerate(tokens)}
    for row, question in enumerate(questions):
        question.probabilities = question.answers.probabilities(
            {
                path: by_place[row, path][[column[token] for token in following]]
                for path, following in question.answers.branches.items()
            }
        )
        question.usage += reading.usage[row] + _asking(question)
        question.done = True


def _asking(question: Question) -> Usage:
    return Usage(prefill_tokens=sum(map(len, question.answers.branches)), model_calls=1)


def _places_inside_answers(questions: Sequence[Question]) -> list[tuple[int, Path]]:
    return [
        (row, path)
        for row, question in enumerate(questions)
        for path in question.answers.branches
        if path
    ]
