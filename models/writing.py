"""Writing replies: the rows of one batch go on together, each until its draft is finished."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from foveal.models.draft import Draft
from foveal.models.job import Job
from foveal.models.memory import Memory
from foveal.models.prompt import Outline
from foveal.models.protocol import Pixels
from foveal.models.runner import Runner
from foveal.models.spans import Row
from foveal.schemas.report import Usage


@dataclass(eq=False)
class Task(Job):
    draft: Draft
    begun: int
    """Tokens of the draft that are read with the prompt."""
    followed: bool = False
    answer: tuple[int, ...] = ()
    """Ids of the answer so far, for whoever follows it from another thread."""

    @classmethod
    def start(cls, outline: Outline, pictures: Sequence[Pixels], draft: Draft) -> Self:
        """What a reply must begin with is read with the prompt; where that is all, nothing is."""
        draft.add_forced(draft.forced())
        forced = draft.take_unread()
        task = cls(outline.followed_by(forced), pictures, draft, len(forced))
        if draft.finish is not None:
            task.usage += Usage(new_tokens=len(forced), model_calls=1)
            task.done = True
        return task


@dataclass(eq=False)
class _Going:
    """A task under way, and the prompt it goes on from."""

    task: Task
    row: Row
    passes: int = 1
    """So far; the first one reads the prompt."""


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
        """Read the prompts and add the first token of each."""
        reading = self._runner.read(tasks)
        begun = [_Going(*pair) for pair in zip(tasks, reading.rows, strict=True)]
        for task, usage in zip(tasks, reading.usage, strict=True):
            task.usage += _of_prompt(usage, task) + Usage(model_calls=1)
        left = self._add_tokens(begun, reading.memory, reading.last)
        if left:
            self._memory = reading.memory.joined(self._memory)
            self._going = [*left, *self._going]

    def step(self) -> None:
        """One more pass over all rows."""
        if self._memory is None:
            return
        unread = [going.task.draft.take_unread() for going in self._going]
        last = self._runner.go_on(self._memory, unread)
        for going in self._going:
            going.passes += 1
        self._going = self._add_tokens(self._going, self._memory, last)
        if not self._going:
            self._memory = None

    def abandon(self) -> list[Task]:
        """Give up all that is under way."""
        abandoned, self._going, self._memory = self.tasks, [], None
        return abandoned

    def _add_tokens(self, going: Sequence[_Going], memory: Memory, last: Tensor) -> list[_Going]:
        """The rows that are left, to which the memory is cut down."""
        _choose_tokens([one.task.draft for one in going], self._runner.logits(last))
        for index, one in enumerate(going):
            if one.task.followed:
                one.task.answer = tuple(one.task.draft.parts()[1])
            if one.task.draft.finish is not None:
                self._finish(one, memory, index)
        left = [index for index, one in enumerate(going) if not one.task.done]
        if left and len(left) < len(going):
            memory.select(left)
        return [going[index] for index in left]

    def _finish(self, one: _Going, memory: Memory, index: int) -> None:
        """The next turn may go on from the reply, as far as it was read."""
        written = one.task.draft.ids
        self._runner.keep(one.row, memory, index, written=written[one.task.begun :])
        one.task.usage += Usage(new_tokens=len(written), forward_passes=one.passes)
        one.task.done = True


def _of_prompt(usage: Usage, task: Task) -> Usage:
    """What the reply begins with counts as written."""
    prompt = max(0, usage.prefill_tokens - task.begun)
    return usage.model_copy(update={"prefill_tokens": prompt})


def _choose_tokens(drafts: Sequence[Draft], logits: Tensor) -> None:
    """A choice each, and then all that it leaves no choice about."""
    for draft, row in zip(drafts, logits, strict=True):
        allowed = draft.allowed(len(row))
        if allowed is not None:
            row[torch.from_numpy(~allowed).to(row.device)] = -torch.inf
    best = torch.log_softmax(logits, dim=-1).max(dim=-1)
    for draft, log, token in zip(drafts, best.values.tolist(), best.indices.tolist(), strict=True):
        draft.add(token, log_probability=log)
        draft.add_forced(draft.forced())
