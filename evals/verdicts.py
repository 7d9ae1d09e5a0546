"""What the verdicts of a workflow are worth on labelled parts that it was not calibrated on.

    foveal eval verdicts [--data DATA] [--limit N] [--json]

On freshly drawn boards, good and defective in turn, or on DATA as `foveal calibrate` takes it.
"""

from collections.abc import Sequence

import numpy as np
from rich.box import SIMPLE
from rich.console import RenderableType
from rich.table import Table

from foveal.agents.calibration import calibrated, calibration_for
from foveal.evals.labelled import Labelled, draw_labelled, read_labelled
from foveal.evals.options import EvalOptions, Progress
from foveal.evals.regions import confidences
from foveal.evals.reliability import calibration_error
from foveal.evals.seeds import CHECKED
from foveal.evals.session import as_judged, reports_of
from foveal.evals.share import Share
from foveal.models.protocol import VisionLanguageModel
from foveal.schemas.base import Strict
from foveal.schemas.verdict import Verdict
from foveal.schemas.workflow import Workflow

BOARDS = 200

_VERDICTS: tuple[Verdict, ...] = ("pass", "review", "fail")


class VerdictFigures(Strict):
    """`defective["pass"]` are escapes, `good["fail"]` is overkill."""

    parts: str
    calibration: str | None
    defective: dict[Verdict, Share]
    good: dict[Verdict, Share]
    regions: int
    ece_uncalibrated: float
    ece: float
    model: str
    revision: str


def run(options: EvalOptions) -> dict[str, object]:
    labelled = _labelled(options)
    figures = measure(options.workflow, options.load_model(), labelled, progress=options.progress)
    return figures.model_dump()


def show(figures: dict[str, object]) -> RenderableType:
    known = VerdictFigures.model_validate(figures)
    table = Table("", known.model, box=SIMPLE, title=f"verdicts on {known.parts}")
    table.add_row("calibrated on", known.calibration or "uncalibrated")
    table.add_row("escape: defective parts passed", str(known.defective["pass"]))
    table.add_row("overkill: good parts failed", str(known.good["fail"]))
    table.add_row("defective parts to review", str(known.defective["review"]))
    table.add_row("good parts to review", str(known.good["review"]))
    table.add_row("regions", str(known.regions))
    table.add_row("calibration error, uncalibrated", f"{known.ece_uncalibrated:.3f}")
    table.add_row("calibration error", f"{known.ece:.3f}")
    return table


def measure(
    workflow: Workflow, model: VisionLanguageModel, labelled: Labelled, *, progress: Progress
) -> VerdictFigures:
    """Run as it is for the verdicts; then listing every region for the confidences."""
    pairs, total = labelled.pairs, 2 * len(labelled.pairs)
    decided = reports_of(workflow, model, pairs, progress=lambda done, _: progress(done, total))
    listed = reports_of(
        as_judged(workflow),
        model,
        pairs,
        progress=lambda done, _: progress(len(pairs) + done, total),
    )
    said = confidences(listed, pairs, workflow)
    calibration = calibration_for(model, workflow)
    trusted = np.array([calibrated(value, calibration) for value in said.values])
    verdicts = [
        (report.verdict, bool(pair.truths)) for report, pair in zip(decided, pairs, strict=True)
    ]
    return VerdictFigures(
        parts=labelled.name,
        calibration=calibration.fitted_on if calibration else None,
        defective=_shares([verdict for verdict, is_defective in verdicts if is_defective]),
        good=_shares([verdict for verdict, is_defective in verdicts if not is_defective]),
        regions=len(said.values),
        ece_uncalibrated=calibration_error(said.values, said.wrong),
        ece=calibration_error(trusted, said.wrong),
        model=model.name,
        revision=model.revision,
    )


def _labelled(options: EvalOptions) -> Labelled:
    if options.data is None:
        return draw_labelled(options.limit or BOARDS, options.workflow, series=CHECKED)
    return read_labelled(str(options.data), options.workflow, series=CHECKED, limit=options.limit)


def _shares(verdicts: Sequence[Verdict]) -> dict[Verdict, Share]:
    return {
        verdict: Share.counted([known == verdict for known in verdicts]) for verdict in _VERDICTS
    }
