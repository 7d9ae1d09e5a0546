"""The file that `foveal calibrate` writes and a workflow names."""

from pathlib import Path

from pydantic import ValidationError

from foveal.records.whole_file import write_whole
from foveal.schemas.calibration import Calibration
from foveal.schemas.errors import BadWorkflow

SUFFIX = ".calibration.json"


def read_calibration(path: Path) -> Calibration:
    """Raises BadWorkflow where the file is not there or is not what `foveal calibrate` wrote."""
    try:
        return Calibration.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise BadWorkflow(
            f"there is no calibration {str(path)!r}",
            fix="write it with `foveal calibrate`, or take the line `calibration` out",
        ) from error
    except OSError as error:
        raise BadWorkflow(
            f"{str(path)!r} cannot be read", fix="check the path and your right to read it"
        ) from error
    except ValidationError as error:
        raise BadWorkflow(
            f"{str(path)!r} is no calibration of this version",
            fix="write it again with `foveal calibrate`",
        ) from error


def write_calibration(path: Path, calibration: Calibration) -> None:
    write_whole(path, calibration.model_dump_json(indent=2).encode() + b"\n")
