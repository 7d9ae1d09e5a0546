"""Fits the temperature of a workflow's `calibration`, and says what its verdicts are then worth.

    foveal eval calibrate [--limit N] [--json]

Fitted on drawn boards and checked on others, half of them without any defect; neither were trained
on nor are they scored by `drawn`. Parts of another origin shift confidences: fit on your own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from json import dumps

from rich.box import SIMPLE
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from foveal.evals.drawn import drawn_pair
from foveal.evals.labels import require_labels
from foveal.evals.options import EvalOptions, Progress
from foveal.evals.pairs import LabelledPair
from foveal.evals.regions import Reports, confidences, first_answers
from foveal.evals.seeds import CALIBRATED, CHECKED, seed_range
from foveal.evals.session import listing_all, run_session
from foveal.evals.share import Share
from foveal.evals.temperature import calibration_error, fit_temperature
from foveal.models.protocol import VisionLanguageModel
from foveal.schemas.base import Strict
from foveal.schemas.report import Report
from foveal.schemas.verdict import Verdict
from foveal.schemas.workflow import Calibration, Workflow
from foveal.training.boards.defects import DEFECT_LABELS

BOARDS = 200

_MOST_DEFECTS = 3
"""On a checked board: where there are many, one that is missed does not let the board escape."""


class CalibrationFigures(Strict):
    """`escape`: boards with defects that passed; `overkill`: boards without that failed."""

    calibration: Calibration
    fitted_regions: int
    checked_on: str
    checked_regions: int
    ece_before: float
    ece_after: float
    escape: Share
    overkill: Share
    review_of_defective: Share
    review_of_good: Share
    model: str
    revision: str


def run(options: EvalOptions) -> dict[str, object]:
    require_labels(options.workflow, DEFECT_LABELS)
    figures = measure(
        options.workflow,
        options.load_model(),
        boards=options.limit or BOARDS,
        progress=options.progress,
    )
    return figures.model_dump()


def show(figures: dict[str, object]) -> RenderableType:
    known = CalibrationFigures.model_validate(figures)
    table = Table("", known.model, box=SIMPLE, title=f"calibrate, checked on {known.checked_on}")
    table.add_row("regions fitted, checked", f"{known.fitted_regions}, {known.checked_regions}")
    table.add_row("calibration error before", f"{known.ece_before:.3f}")
    table.add_row("calibration error after", f"{known.ece_after:.3f}")
    table.add_row("escape: defective boards passed", str(known.escape))
    table.add_row("overkill: good boards failed", str(known.overkill))
    table.add_row("defective boards to review", str(known.review_of_defective))
    table.add_row("good boards to review", str(known.review_of_good))
    return Group(table, Text("For the workflow:\n" + _yaml(known.calibration)))


def measure(
    workflow: Workflow, model: VisionLanguageModel, *, boards: int, progress: Progress
) -> CalibrationFigures:
    """One run to fit; three to check, the last with the workflow as it then ships."""
    bench = _Bench(model, progress, 4 * boards)
    plain = workflow.model_copy(update={"calibration": None})
    pairs = [drawn_pair(CALIBRATED, index) for index in range(boards)]
    answers = first_answers(bench.run(_one_look(plain), pairs), pairs, workflow)
    calibration = Calibration(
        temperature=round(fit_temperature(answers), 3),
        fitted_on=f"{boards} drawn boards, seeds {seed_range(CALIBRATED, boards)}",
        revision=model.revision,
    )
    shipped = workflow.model_copy(update={"calibration": calibration})
    pairs = [checked_pair(index) for index in range(boards)]
    before = confidences(bench.run(listing_all(plain), pairs), pairs, workflow)
    after = confidences(bench.run(listing_all(shipped), pairs), pairs, workflow)
    verdicts = _verdicts(bench.run(shipped, pairs), pairs)
    return CalibrationFigures(
        calibration=calibration,
        fitted_regions=len(answers.right),
        checked_on=f"boards drawn from seeds {seed_range(CHECKED, boards)}",
        checked_regions=len(after.values),
        ece_before=calibration_error(before.values, before.wrong),
        ece_after=calibration_error(after.values, after.wrong),
        escape=Share.counted([verdict == "pass" for verdict in verdicts.defective]),
        overkill=Share.counted([verdict == "fail" for verdict in verdicts.good]),
        review_of_defective=Share.counted([verdict == "review" for verdict in verdicts.defective]),
        review_of_good=Share.counted([verdict == "review" for verdict in verdicts.good]),
        model=model.name,
        revision=model.revision,
    )


def checked_pair(index: int) -> LabelledPair:
    """Without a defect and with one to three in turn."""
    defects = 1 + (index // 2) % _MOST_DEFECTS if index % 2 else 0
    return drawn_pair(CHECKED, index, defects=defects)


@dataclass
class _Bench:
    """Runs workflows one after the other and tells how far all of them are."""

    model: VisionLanguageModel
    progress: Progress
    total: int
    done: int = 0

    def run(self, workflow: Workflow, pairs: Sequence[LabelledPair]) -> Reports:
        before = self.done
        self.done += len(pairs)

        def progress(done: int, _: int) -> None:
            self.progress(before + done, self.total)

        return run_session(workflow, self.model, pairs, progress=progress).reports


@dataclass(frozen=True)
class _Verdicts:
    defective: list[Verdict]
    good: list[Verdict]


def _verdicts(reports: Reports, pairs: Sequence[LabelledPair]) -> _Verdicts:
    found = [
        (report.verdict, bool(pair.truths))
        for report, pair in zip(reports, pairs, strict=True)
        if isinstance(report, Report)
    ]
    return _Verdicts(
        defective=[verdict for verdict, is_defective in found if is_defective],
        good=[verdict for verdict, is_defective in found if not is_defective],
    )


def _one_look(workflow: Workflow) -> Workflow:
    """Every region listed, none looked at twice."""
    everything = listing_all(workflow)
    decision = everything.decision.model_copy(update={"sure_from": 0.0})
    return everything.model_copy(update={"decision": decision})


def _yaml(calibration: Calibration) -> str:
    return (
        f"calibration:\n  temperature: {calibration.temperature}\n"
        f"  fitted_on: {dumps(calibration.fitted_on)}\n"
        f"  revision: {dumps(calibration.revision)}"
    )
