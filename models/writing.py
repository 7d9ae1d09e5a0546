"""Writing replies: read the prompts once, then add the likeliest allowed token to each draft."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from foveal.models.draft import Draft
from foveal.models.patches import Patches
from foveal.models.prompt import Outline
from foveal.models.protocol import Pixels
from foveal.models.runner import Runner
from foveal.schemas.report import Usage


@dataclass(frozen=True, eq=False)
class Task:
    outline: Outline
    pictures: Sequence[Pixels]
    draft: Draft

    @property
    def usage(self) -> Usage:
        return Usage(
            image_encodes=len(self.pictures),
            prefill_tokens=len(self.outline.ids),
            new_tokens=len(self.draft.ids),
            model_calls=1,
        )


def write(runner: Runner, tasks: Sequence[Task], patches: Patches) -> list[Task]:
    """Finishes the drafts of all tasks."""
    drafts = [task.draft for task in tasks]
    reading = runner.read([task.outline for task in tasks], patches=patches)
    while True:
        _add_tokens(drafts, runner.logits(reading.last))
        going = [row for row, draft in enumerate(drafts) if draft.finish is None]
        if not going:
            return list(tasks)
        if len(going) < len(drafts):
            reading.memory.select(going)
            drafts = [drafts[row] for row in going]
        reading = runner.go_on(reading.memory, [draft.ids[-1:] for draft in drafts])


def _add_tokens(drafts: Sequence[Draft], logits: Tensor) -> None:
    """A token's log-probability is the one it was chosen by: a forced token has 0."""
    for draft, row in zip(drafts, logits, strict=True):
        allowed = draft.allowed(len(row))
        if allowed is not None:
            row[torch.from_numpy(~allowed).to(row.device)] = -torch.inf
    best = torch.log_softmax(logits, dim=-1).max(dim=-1)
    for draft, log, token in zip(drafts, best.values.tolist(), best.indices.tolist(), strict=True):
        draft.add(token, log_probability=log)
