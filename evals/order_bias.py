"""Whether it matters which of the two pictures of a place the model is shown first."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, Self

import numpy as np

from foveal.agents.briefs import instructions_for
from foveal.agents.instructions import Brief
from foveal.evals.share import Share
from foveal.schemas.base import Strict
from foveal.schemas.box import Box
from foveal.schemas.report import Report
from foveal.schemas.workflow import Layers, Workflow

_ROLES: tuple[Literal["judge", "survey"], ...] = ("judge", "survey")
_DRAWS = 2000
_TAIL = 0.025

Answers = dict[str, float]


def turned_round(workflow: Workflow) -> Workflow:
    """The same, with the tested part shown before the reference from the first look on."""
    instructions = dict(workflow.instructions)
    for role in _ROLES:
        usual = Brief("", instructions_for(role, workflow).visual)
        turned = {"visual": usual.turned_round().visual}
        instructions[role] = instructions.get(role, Layers()).model_copy(update=turned)
    return workflow.model_copy(update={"instructions": instructions})


class Change(NamedTuple):
    """Of a region, once the tested part is shown first."""

    wrong: float
    """Of the probability that something is wrong."""

    is_renamed: bool
    """Whether another label is the likeliest."""


def changes(usual: Report, turned: Report, *, harmless: str) -> list[Change]:
    """Of the first look at each region of one part; both reports must list all regions."""
    after = dict(_first_looks(turned))
    return [
        Change(answers[harmless] - other[harmless], _likeliest(answers) != _likeliest(other))
        for box, answers in _first_looks(usual)
        if (other := after.get(box)) is not None
    ]


class OrderBias(Strict):
    """`wrong` is a mean over regions; `interval` holds it in 95 % of the draws of other parts."""

    wrong: float
    interval: tuple[float, float]
    renamed: Share

    @classmethod
    def of(cls, parts: Sequence[Sequence[Change]]) -> Self | None:
        """None where no region was looked at."""
        judged = [part for part in parts if part]
        if not judged:
            return None
        sums = np.array([sum(change.wrong for change in part) for part in judged])
        regions = np.array([len(part) for part in judged])
        even = np.full(len(judged), 1 / len(judged))
        draws = np.random.default_rng(0).multinomial(len(judged), even, size=_DRAWS)
        low, high = np.quantile((draws @ sums) / (draws @ regions), (_TAIL, 1 - _TAIL))
        return cls(
            wrong=float(sums.sum() / regions.sum()),
            interval=(float(low), float(high)),
            renamed=Share.clustered([[change.is_renamed for change in part] for part in judged]),
        )


def _first_looks(report: Report) -> Iterator[tuple[Box, Answers]]:
    for finding in (*report.findings, *(removed.finding for removed in report.removed)):
        if answers := finding.evidence[0].answers:
            yield finding.box_px, answers


def _likeliest(answers: Answers) -> str:
    return max(answers, key=answers.__getitem__)
