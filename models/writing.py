"""Writing replies: the rows of one batch go on together, each until its draft is finished."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foveal.models.draft import Draft
from foveal.models.job import Job
from foveal.models.memory import Memory
from foveal.models.prompt import Outline
from foveal.models.prompt_lookup import LONGEST_GUESS, agreement, guess
from foveal.models.protocol import Pixels
from foveal.models.runner import Runner
from foveal.models.spans import Row
from foveal.schemas.report import Usage

_TOKENS_A_PASS = 24
"""Of all rows together, guesses included: a pass over more takes longer than it saves."""

_FIRST_GUESS = 4
"""Tokens; each that holds lets the next guess be twice as long."""


@dataclass(eq=False)
class Task(Job):
    draft: Draft
    begun: int = 0
    """Tokens of the draft that are read with the prompt."""
    followed: bool = False
    answer: tuple[int, ...] = ()
    """Ids of the answer so far, for whoever follows it from another thread."""

    @classmethod
    def start(cls, outline: Outline, pictures: Sequence[Pixels], draft: Draft) -> Self:
        """What a reply must begin with is read with the prompt; where that is all, nothing is."""
        draft.add_forced(draft.forced())
        task = cls(outline, pictures, draft)
        task.take_up()
        return task

    def take_up(self) -> None:
        """What is written so far, perhaps before it was given up, is read with the prompt."""
        further = self.draft.ids[self.begun :]
        self.draft.read(len(self.draft.unread))
        self.outline = self.outline.followed_by(further)
        self.begun += len(further)
        if self.draft.finish is not None:
            self.usage += Usage(new_tokens=self.begun, model_calls=1)
            self.done = True


@dataclass(eq=False)
class _Going:
    """A task under way, and the prompt it goes on from."""

    task: Task
    row: Row
    passes: int = 1
    """So far; the first one reads the prompt."""
    guessed: list[int] = field(default_factory=list)
    """Tokens that were read on trial and not chosen yet."""
    trust: int = _FIRST_GUESS
    """How many tokens to guess next."""

    @cached_property
    def _prompt(self) -> NDArray[np.int64]:
        return np.array(self.row.outline.ids, np.int64)

    @property
    def written(self) -> Sequence[int]:
        """Ids after those that are read with the prompt."""
        return self.task.draft.ids[self.task.begun :]

    def take_unread(self, *, most: int) -> list[int]:
        """What the next pass reads: what was chosen, then at most so many guesses."""
        draft = self.task.draft
        said = np.concatenate([self._prompt, np.array(self.written, np.int64)])
        self.guessed = guess(said, min(self.trust, most))
        unread = draft.unread
        draft.read(len(unread))
        self.passes += 1
        return [*unread, *self.guessed]

    def choose(self, token: int, log_probability: float) -> int:
        """A token and all that it leaves no choice about.

        How many tokens further the next choice stands, where these were guessed right; else 0.
        """
        draft = self.task.draft
        draft.add(token, log_probability=log_probability)
        draft.add_forced(draft.forced())
        right = agreement(self.guessed, draft.unread)
        draft.read(right)
        self.guessed = self.guessed[right:]
        self.trust = min(2 * self.trust, LONGEST_GUESS) if right else _FIRST_GUESS
        return 0 if draft.finish or draft.unread else right


class Writing:
    """Drafts under way. New ones join between two steps, finished ones leave."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._going: list[_Going] = []
        self._memory: Memory | None = None

    def __len__(self) -> int:
        return len(self._going)

    @property
    def tasks(self) -> list[Task]:
        return [going.task for going in self._going]

    def begin(self, tasks: Sequence[Task]) -> None:
        """Read the prompts and add the next token of each."""
        for task in tasks:
            task.take_up()
        tasks = [task for task in tasks if not task.done]
        if not tasks:
            return
        reading = self._runner.read(tasks)
        begun = [_Going(*pair) for pair in zip(tasks, reading.rows, strict=True)]
        for task, usage in zip(tasks, reading.usage, strict=True):
            task.usage += _of_prompt(usage, task)
        self._choose(begun, reading.last[:, None], first=[0] * len(begun))
        left = self._finish(begun, reading.memory)
        if left:
            self._memory = reading.memory.joined(self._memory)
            self._going = [*left, *self._going]

    def step(self) -> None:
        """One more pass over all rows."""
        if self._memory is None:
            return
        most = max(0, _TOKENS_A_PASS // len(self._going) - 1)
        unread = [going.take_unread(most=most) for going in self._going]
        states = self._runner.go_on(self._memory, unread)
        first = [
            len(ids) - len(going.guessed) - 1
            for going, ids in zip(self._going, unread, strict=True)
        ]
        self._choose(self._going, states, first=first)
        self._memory.drop_last([len(going.guessed) for going in self._going])
        self._going = self._finish(self._going, self._memory)
        if not self._going:
            self._memory = None

    def abandon(self) -> list[Task]:
        """Give up all that is under way; it can be begun again."""
        for one in self._going:
            one.task.usage += Usage(forward_passes=one.passes)
        abandoned, self._going, self._memory = self.tasks, [], None
        return abandoned

    def _choose(self, going: Sequence[_Going], states: Tensor, *, first: Sequence[int]) -> None:
        """A token for each row after its place `first`, and further ones while guesses hold."""
        places = dict(enumerate(first))
        while places:
            logits = self._runner.logits(states[list(places), list(places.values())])
            chosen = _likeliest([going[row].task.draft for row in places], logits)
            places = {
                row: place + further
                for (row, place), choice in zip(places.items(), chosen, strict=True)
                if (further := going[row].choose(*choice))
            }

    def _finish(self, going: Sequence[_Going], memory: Memory) -> list[_Going]:
        """The rows that are left, to which the memory is cut down.

        The next turn may go on from a finished reply, as far as it was read.
        """
        for index, one in enumerate(going):
            if one.task.followed:
                one.task.answer = tuple(one.task.draft.parts()[1])
            if one.task.draft.finish is not None:
                self._runner.keep(one.row, memory, index, written=one.written)
                tokens = len(one.task.draft.ids)
                one.task.usage += Usage(new_tokens=tokens, forward_passes=one.passes, model_calls=1)
                one.task.done = True
        left = [index for index, one in enumerate(going) if not one.task.done]
        if left and len(left) < len(going):
            memory.select(left)
        return [going[index] for index in left]


def _of_prompt(usage: Usage, task: Task) -> Usage:
    """What the reply begins with counts as written."""
    prompt = max(0, usage.prefill_tokens - task.begun)
    return usage.model_copy(update={"prefill_tokens": prompt})


def _likeliest(drafts: Sequence[Draft], logits: Tensor) -> list[tuple[int, float]]:
    """Of what each draft allows: a token and its log-probability."""
    for draft, row in zip(drafts, logits, strict=True):
        allowed = draft.allowed(len(row))
        if allowed is not None:
            row[torch.from_numpy(~allowed).to(row.device)] = -torch.inf
    best = torch.log_softmax(logits, dim=-1).max(dim=-1)
    return list(zip(best.indices.tolist(), best.values.tolist(), strict=True))
