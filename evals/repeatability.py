"""Parts inspected again and again under small disturbances, each against itself undisturbed."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from foveal.evals.disturbance import JITTERS, Disturbance, Jitter
from foveal.evals.options import Progress
from foveal.evals.order_bias import OrderBias, changes, turned_round
from foveal.evals.pairs import LabelledPair
from foveal.evals.seeds import GAUGED
from foveal.evals.session import listing_all, reports_of
from foveal.evals.steadiness import Repeat, Steadiness, repeated
from foveal.models.protocol import VisionLanguageModel
from foveal.schemas.base import Strict
from foveal.schemas.report import Report
from foveal.schemas.verdict import Verdict
from foveal.schemas.workflow import INPUTS, Workflow

AGAIN, TOGETHER = "again", "together"
"""Conditions beside the single disturbances: none of them, and all of them."""


class Study(NamedTuple):
    workflow: Workflow
    model: VisionLanguageModel
    jitter: tuple[Jitter, ...]
    repeats: int

    @property
    def kinds(self) -> tuple[Jitter, ...]:
        """Of one image alone there is no order."""
        is_alone = len(INPUTS[self.workflow.graph]) == 1
        return tuple(kind for kind in self.jitter if not (is_alone and kind == "order"))


class Repeatability(Strict):
    verdicts: dict[Verdict, int]
    """On the undisturbed parts."""

    conditions: dict[str, Steadiness]
    order_bias: OrderBias | None


class _Inspection(NamedTuple):
    part: int
    condition: str | None
    """None where the others are compared with it."""

    disturbance: Disturbance


def measure(study: Study, parts: Sequence[LabelledPair], *, progress: Progress) -> Repeatability:
    plan = [one for part in range(len(parts)) for one in _inspections(part, study)]
    is_ordered = "order" in study.kinds
    bench = _Bench(study.model, progress, len(plan) + 2 * len(parts) * is_ordered)
    inspected = [
        known
        for is_turned in (False, True)
        for known in bench.inspect(plan, parts, study.workflow, is_turned=is_turned)
    ]
    references = {one.part: report for one, report in inspected if one.condition is None}
    return Repeatability(
        verdicts=dict(Counter(report.verdict for report in references.values())),
        conditions={
            condition: Steadiness.of(
                [repeated(references[part], repeats) for part, repeats in of_parts.items()]
            )
            for condition, of_parts in _by_condition(inspected).items()
        },
        order_bias=_bias(bench, parts, study.workflow) if is_ordered else None,
    )


def _inspections(part: int, study: Study) -> Iterator[_Inspection]:
    """By random numbers that do not depend on what else is studied."""
    yield _Inspection(part, None, Disturbance())
    yield _Inspection(part, AGAIN, Disturbance())
    for kind in study.kinds:
        rng = np.random.default_rng([GAUGED, part, JITTERS.index(kind)])
        for _ in range(1 if kind == "order" else study.repeats):
            yield _Inspection(part, kind, Disturbance.drawn(rng, [kind]))
    if len(study.kinds) > 1:
        rng = np.random.default_rng([GAUGED, part, len(JITTERS)])
        for _ in range(study.repeats):
            yield _Inspection(part, TOGETHER, Disturbance.drawn(rng, study.kinds))


def _by_condition(
    inspected: Sequence[tuple[_Inspection, Report]],
) -> dict[str, dict[int, list[Repeat]]]:
    """The repeats of each part, in the order in which the conditions were planned."""
    found: dict[str, dict[int, list[Repeat]]] = {name: {} for name in (AGAIN, *JITTERS, TOGETHER)}
    for one, report in inspected:
        if one.condition is not None:
            repeats = found[one.condition].setdefault(one.part, [])
            repeats.append(Repeat(one.disturbance, report))
    return {condition: of_parts for condition, of_parts in found.items() if of_parts}


def _bias(bench: "_Bench", parts: Sequence[LabelledPair], workflow: Workflow) -> OrderBias | None:
    everything = listing_all(workflow)
    usual = bench.run(everything, parts)
    turned = bench.run(turned_round(everything), parts)
    harmless = workflow.harmless
    return OrderBias.of(
        [changes(one, other, harmless=harmless) for one, other in zip(usual, turned, strict=True)]
    )


@dataclass
class _Bench:
    """Runs one list of parts after the other and tells how far all of them are."""

    model: VisionLanguageModel
    progress: Progress
    total: int
    done: int = 0

    def inspect(
        self,
        plan: Sequence[_Inspection],
        parts: Sequence[LabelledPair],
        workflow: Workflow,
        *,
        is_turned: bool,
    ) -> Iterator[tuple[_Inspection, Report]]:
        """All that show the pictures in one order."""
        mine = [one for one in plan if one.disturbance.tested_first == is_turned]
        disturbed = [parts[one.part].altered(one.disturbance.applied) for one in mine]
        rules = turned_round(workflow) if is_turned else workflow
        return zip(mine, self.run(rules, disturbed), strict=True)

    def run(self, workflow: Workflow, pairs: Sequence[LabelledPair]) -> list[Report]:
        """Raises what kept the first of them from having a report."""
        before = self.done
        self.done += len(pairs)

        def progress(done: int, _: int) -> None:
            self.progress(before + done, self.total)

        return reports_of(workflow, self.model, pairs, progress=progress)
