"""Writing replies: read the prompts once, then add the likeliest allowed token to each draft."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from foveal.models.draft import Draft
from foveal.models.prompt import Outline
from foveal.models.protocol import Pixels
from foveal.models.runner import Runner
from foveal.schemas.report import Usage


@dataclass(eq=False)
class Task:
    outline: Outline
    pictures: Sequence[Pixels]
    draft: Draft
    usage: Usage = field(default_factory=Usage)
    """So far."""


def write(runner: Runner, tasks: Sequence[Task]) -> list[Task]:
    """Finishes the drafts of all tasks."""
    reading = runner.read(tasks)
    memory, last = reading.memory, reading.last
    going = list(zip(tasks, reading.rows, strict=True))
    for task, usage in zip(tasks, reading.usage, strict=True):
        task.usage += usage + Usage(model_calls=1, forward_passes=1)
    while True:
        _add_tokens([task.draft for task, _ in going], runner.logits(last))
        for index, (task, row) in enumerate(going):
            if task.draft.finish is not None:
                task.usage += Usage(new_tokens=len(task.draft.ids))
                runner.keep(row, memory, index, written=task.draft.ids[:-1])
        left = [index for index, (task, _) in enumerate(going) if task.draft.finish is None]
        if not left:
            return list(tasks)
        if len(left) < len(going):
            memory.select(left)
            going = [going[index] for index in left]
        last = runner.go_on(memory, [task.draft.ids[-1:] for task, _ in going])
        for task, _ in going:
            task.usage += Usage(forward_passes=1)


def _add_tokens(drafts: Sequence[Draft], logits: Tensor) -> None:
    """A token's log-probability is the one it was chosen by: a forced token has 0."""
    for draft, row in zip(drafts, logits, strict=True):
        allowed = draft.allowed(len(row))
        if allowed is not None:
            row[torch.from_numpy(~allowed).to(row.device)] = -torch.inf
    best = torch.log_softmax(logits, dim=-1).max(dim=-1)
    for draft, log, token in zip(drafts, best.values.tolist(), best.indices.tolist(), strict=True):
        draft.add(token, log_probability=log)
