"""A workflow run over labelled pairs, with the time and the model work it took."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

from foveal.evals.matching import Detection
from foveal.evals.options import Progress
from foveal.evals.pairs import LabelledPair
from foveal.graphs.run import run_many
from foveal.models.protocol import VisionLanguageModel
from foveal.schemas.calibration import Calibration
from foveal.schemas.errors import FovealError
from foveal.schemas.finding import Finding
from foveal.schemas.report import Report, Usage
from foveal.schemas.workflow import INPUTS, Workflow


@dataclass(frozen=True)
class Session:
    """`reports` in the order of the pairs; an error stands where a pair got none."""

    reports: list[Report | FovealError]
    seconds: float

    @property
    def pairs_per_second(self) -> float:
        return len(self.reports) / self.seconds

    @property
    def usage(self) -> Usage:
        return sum((known.usage for known in self.reports if isinstance(known, Report)), Usage())


def run_session(
    workflow: Workflow,
    model: VisionLanguageModel,
    pairs: Sequence[LabelledPair],
    *,
    progress: Progress,
    alone: bool = False,
) -> Session:
    """Images are read as part of the time, as a batch of files would be.

    `alone` withholds templates from a workflow that takes them. Documents are not written: what is
    measured is what was found.
    """
    workflow = workflow.model_copy(update={"document": None})
    shown = 1 if alone else len(INPUTS[workflow.graph])
    reports = []
    started = perf_counter()
    for report in run_many(workflow, model, (pair.read()[-shown:] for pair in pairs)):
        reports.append(report)
        progress(len(reports), len(pairs))
    return Session(reports, perf_counter() - started)


def reports_of(
    workflow: Workflow,
    model: VisionLanguageModel,
    pairs: Sequence[LabelledPair],
    *,
    progress: Progress,
) -> list[Report]:
    """Where each counts; raises what kept the first pair from having one."""
    reports = []
    for report in run_session(workflow, model, pairs, progress=progress).reports:
        if isinstance(report, FovealError):
            raise report
        reports.append(report)
    return reports


def listing_all(workflow: Workflow) -> Workflow:
    """The workflow with every region it judges as a finding, so that all can be ranked."""
    lowered = {language: _from_zero(known) for language, known in workflow.calibration.items()}
    decision = workflow.decision.model_copy(update={"report_at": 0.0})
    return workflow.model_copy(update={"decision": decision, "calibration": lowered})


def as_judged(workflow: Workflow) -> Workflow:
    """Listing every region at the confidence that the model gives it.

    None is verified: that changes no confidence, and asks most where all are listed.
    """
    return listing_all(workflow.model_copy(update={"calibration": {}, "verification": None}))


def _from_zero(calibration: Calibration) -> Calibration:
    lowest = calibration.pass_below.model_copy(update={"score": 0.0})
    return calibration.model_copy(update={"pass_below": lowest})


def detections(report: Report | FovealError) -> tuple[Detection, ...]:
    """The findings that the constraints let through."""
    return tuple(map(_detection, report.findings)) if isinstance(report, Report) else ()


def rankings(report: Report | FovealError) -> tuple[Detection, ...]:
    """Every region under every label, by that label's probability, as detectors are ranked.

    A finding whose evidence holds no answers, as a single pass writes it, stands for itself.
    """
    if not isinstance(report, Report):
        return ()
    return tuple(ranked for finding in report.findings for ranked in _ranked(finding))


def proposals(report: Report | FovealError) -> tuple[Detection, ...]:
    """Every region judged, the largest first: what the difference alone says."""
    if not isinstance(report, Report):
        return ()
    found = [*report.findings, *(removed.finding for removed in report.removed)]
    return tuple(
        Detection(label="", box=finding.box_px, confidence=finding.box_px.area) for finding in found
    )


def is_comparable(report: Report | FovealError) -> bool:
    alignment = report.measurements.get("alignment") if isinstance(report, Report) else None
    return isinstance(report, Report) and (alignment is None or bool(alignment["comparable"]))


def _detection(finding: Finding) -> Detection:
    return Detection(finding.label, finding.box_px, finding.confidence)


def _ranked(finding: Finding) -> Iterator[Detection]:
    looks = [evidence.answers for evidence in finding.evidence if evidence.answers]
    if not looks:
        yield _detection(finding)
        return
    for label in looks[0]:
        probability = sum(answers[label] for answers in looks) / len(looks)
        yield Detection(label, finding.box_px, probability)
