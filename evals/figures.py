"""What an eval of detections says, and how it is measured: one run, its baselines beside it."""

from collections.abc import Iterable, Sequence

from foveal.agents.calibration import decision_for
from foveal.evals.bootstrap import Intervals, intervals
from foveal.evals.confusion import Confusion, confusion, recall_per_type
from foveal.evals.detection import (
    Rates,
    Scored,
    average_precision,
    best_f_score,
    count,
    mean_average_precision,
    rates,
)
from foveal.evals.matching import Detection
from foveal.evals.options import EvalOptions, Progress
from foveal.evals.pairs import LabelledPair
from foveal.evals.session import (
    Session,
    detections,
    is_comparable,
    listing_all,
    proposals,
    rankings,
    run_session,
)
from foveal.models.protocol import VisionLanguageModel
from foveal.schemas.base import Strict
from foveal.schemas.errors import FovealError
from foveal.schemas.limits import Limits
from foveal.schemas.report import Usage
from foveal.schemas.verdict import Verdict
from foveal.schemas.workflow import Workflow


class TypeRates(Rates):
    average_precision: float | None


class Detected(Rates):
    """Findings as a report lists them; `map` and `average_precision` rank every region."""

    map: float | None
    class_blind: Rates
    intervals: Intervals
    per_type: dict[str, TypeRates]
    pairs_per_second: float
    usage: Usage
    failed: list[str]


class Difference(Rates):
    """Every proposal as a finding, whatever its type.

    `best_f_score` is at the least area that suits these very pairs best, chosen afterwards.
    """

    best_f_score: float


class Baselines(Strict):
    difference: Difference
    single_pass: Detected


class Figures(Detected):
    pairs: int
    boards: str
    threshold: float
    passes_below: float
    """A part on which nothing reaches it lists nothing."""

    proposal_recall: float
    proposal_recall_per_type: dict[str, float]
    not_comparable: int
    confusion: Confusion
    baselines: Baselines
    model: str
    revision: str


def run_on(
    pairs: Sequence[LabelledPair], options: EvalOptions, *, boards: str
) -> dict[str, object]:
    figures = measure(
        options.workflow, options.load_model(), pairs, boards=boards, progress=options.progress
    )
    return figures.model_dump()


def measure(
    workflow: Workflow,
    model: VisionLanguageModel,
    pairs: Sequence[LabelledPair],
    *,
    boards: str,
    progress: Progress,
) -> Figures:
    """The workflow and both baselines on the same pairs; `boards` says which these are."""
    total, everything = 2 * len(pairs), listing_all(workflow)
    compared = run_session(everything, model, pairs, progress=lambda done, _: progress(done, total))
    surveyed = run_session(
        everything.model_copy(update={"graph": "survey", "calibration": {}}),
        model,
        pairs,
        progress=lambda done, _: progress(len(pairs) + done, total),
        alone=workflow.graph == "inspect",
    )
    proposed = _against(map(proposals, compared.reports), pairs)
    found = _against(map(detections, compared.reports), pairs)
    decision = decision_for(model, workflow)
    return Figures.model_validate(
        dict(_detected(compared, pairs, workflow.defects, decision))
        | {
            "pairs": len(pairs),
            "boards": boards,
            "threshold": decision.report_at,
            "passes_below": decision.review[0],
            "proposal_recall": rates(count(pair, class_blind=True) for pair in proposed).recall,
            "proposal_recall_per_type": recall_per_type(confusion(proposed)),
            "not_comparable": sum(not is_comparable(report) for report in compared.reports),
            "confusion": confusion([_reported(pair, decision) for pair in found]),
            "baselines": Baselines(
                difference=_difference(proposed),
                single_pass=_detected(surveyed, pairs, workflow.defects, decision),
            ),
            "model": model.name,
            "revision": model.revision,
        }
    )


def _against(found: Iterable[tuple[Detection, ...]], pairs: Sequence[LabelledPair]) -> list[Scored]:
    return [Scored(one, pair.truths) for one, pair in zip(found, pairs, strict=True)]


def _detected(
    session: Session, pairs: Sequence[LabelledPair], labels: Sequence[str], decision: Limits
) -> Detected:
    found = _against(map(detections, session.reports), pairs)
    reported = [_reported(pair, decision) for pair in found]
    ranked = _against(map(rankings, session.reports), pairs)
    counts = [count(pair) for pair in reported]
    return Detected.model_validate(
        dict(rates(counts))
        | {
            "map": mean_average_precision(ranked, labels),
            "class_blind": rates(count(pair, class_blind=True) for pair in reported),
            "intervals": intervals(counts),
            "per_type": {label: _type_rates(label, reported, ranked) for label in labels},
            "pairs_per_second": session.pairs_per_second,
            "usage": session.usage,
            "failed": _failed(session, pairs),
        }
    )


def _reported(pair: Scored, decision: Limits) -> Scored:
    """What a report lists; nothing that is below both limits keeps a part from passing."""
    surest = max((known.confidence for known in pair.detections), default=0.0)
    verdict: Verdict = "pass" if surest < decision.review[0] else "review"
    return pair.at(decision.listed_from(verdict))


def _type_rates(label: str, reported: Sequence[Scored], ranked: Sequence[Scored]) -> TypeRates:
    precision = average_precision([pair.of(label) for pair in ranked])
    found = rates(count(pair.of(label)) for pair in reported)
    return TypeRates.model_validate(dict(found) | {"average_precision": precision})


def _difference(proposed: Sequence[Scored]) -> Difference:
    found = rates(count(pair, class_blind=True) for pair in proposed)
    best = best_f_score(proposed, class_blind=True)
    return Difference.model_validate(dict(found) | {"best_f_score": best})


def _failed(session: Session, pairs: Sequence[LabelledPair]) -> list[str]:
    """Pairs without a report count as if nothing had been found on them."""
    return [
        f"{pair.name}: {report}"
        for report, pair in zip(session.reports, pairs, strict=True)
        if isinstance(report, FovealError)
    ]
