"""What `foveal calibrate` does: read and check, load the model, fit, write the file."""

from dataclasses import dataclass
from pathlib import Path

from foveal.calibration_file import SUFFIX, write_calibration
from foveal.evals.fit import StatedRates, fit, require_fittable
from foveal.evals.labelled import read_labelled
from foveal.evals.options import Progress
from foveal.evals.seeds import CALIBRATED
from foveal.model_choice import ModelChoice
from foveal.schemas.calibration import Calibration
from foveal.schemas.errors import BadOutput, BadWorkflow
from foveal.schemas.language import Language
from foveal.workflow_file import Uncalibrated, load_uncalibrated


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the command line asks for."""

    workflow: str
    data: str
    escape: float
    overkill: float
    out: str | None = None
    limit: int | None = None
    language: Language | None = None


@dataclass(frozen=True)
class Made:
    calibration: Calibration
    path: Path
    add_to: Path | None
    """The workflow that does not name the file yet."""

    language: Language | None
    """Asked in it; None is the workflow's own."""


def calibrate(wanted: Wanted, model: ModelChoice, progress: Progress) -> Made:
    """Everything is checked before weights are loaded."""
    loaded = load_uncalibrated(wanted.workflow, language=wanted.language)
    path = _place(loaded, wanted)
    rates = StatedRates(wanted.escape, wanted.overkill)
    labelled = read_labelled(wanted.data, loaded.workflow, series=CALIBRATED, limit=wanted.limit)
    require_fittable(loaded.workflow, labelled, rates)
    answering = model.find_for(loaded.workflow)()
    calibration = fit(loaded.workflow, answering, labelled, rates, progress=progress)
    write_calibration(path, calibration)
    is_named = path == loaded.calibrations.get(loaded.workflow.language)
    return Made(calibration, path, None if is_named else loaded.path, wanted.language)


def _place(loaded: Uncalibrated, wanted: Wanted) -> Path:
    path = _named(loaded, wanted)
    if not path.parent.is_dir():
        raise BadOutput(f"there is no folder {str(path.parent)!r}", fix="make it, or name another")
    return path


def _named(loaded: Uncalibrated, wanted: Wanted) -> Path:
    if wanted.out:
        return Path(wanted.out)
    if loaded.ships:
        raise BadWorkflow(
            f"workflow {loaded.workflow.name!r} ships with foveal, and its calibration too",
            fix="calibrate a copy of its file, or give --out FILE",
        )
    ending = SUFFIX if wanted.language is None else f".{wanted.language}{SUFFIX}"
    return loaded.calibrations.get(loaded.workflow.language, loaded.path.with_suffix(ending))
