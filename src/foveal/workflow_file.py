"""A workflow by its path, or by the name of one that ships."""

import json
from os import PathLike, fspath
from pathlib import Path
from typing import NamedTuple, get_args

from pydantic import TypeAdapter, ValidationError

from foveal.calibration_file import read_calibration
from foveal.document_file import read_document_schema
from foveal.mistakes import first_mistake
from foveal.schemas.errors import BadWorkflow
from foveal.schemas.language import Language
from foveal.schemas.workflow import Name, Workflow
from foveal.wording import shortened, suggest
from foveal.workflow_check import check
from foveal.yaml_file import Value, read_yaml

SHIPPED = Path(__file__).with_name("workflows")
DOCUMENTS = SHIPPED / "documents"
_SUFFIXES = (".yaml", ".yml")
_FILES = TypeAdapter(dict[Language, Name])


class Uncalibrated(NamedTuple):
    """A workflow without its calibrations, the file it stands in, and those that it names."""

    workflow: Workflow
    path: Path
    calibrations: dict[Language, Path]

    @property
    def ships(self) -> bool:
        return self.path.parent == SHIPPED


def load_workflow(
    path_or_name: str | PathLike[str], *, language: Language | None = None
) -> Workflow:
    """Read and checked throughout, so that what is wrong is said before a model is loaded.

    A bare name such as `board-compare` means a workflow that ships; anything with a folder or the
    ending .yaml is a path. `language` takes the place of the workflow's own. Raises BadWorkflow.
    """
    asked, path, named = _read(path_or_name, language)
    fitted = {
        spoken: read_calibration(_beside_or_shipped(file, SHIPPED))
        for spoken, file in named.items()
    }
    workflow = asked.model_copy(update={"calibration": fitted})
    check(workflow, source=repr(str(path)))
    return workflow


def load_uncalibrated(
    path_or_name: str | PathLike[str], *, language: Language | None = None
) -> Uncalibrated:
    """For whoever makes the calibration: the one it names need not fit, or be there."""
    loaded = _read(path_or_name, language)
    check(loaded.workflow, source=repr(str(loaded.path)))
    return loaded


def shipped_workflows() -> list[str]:
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def _find(path_or_name: str | PathLike[str]) -> Path:
    path = Path(path_or_name)
    name = fspath(path_or_name)
    if not isinstance(path_or_name, str) or path.name != name or path.suffix in _SUFFIXES:
        return path
    if name not in shipped_workflows():
        raise BadWorkflow(
            f"no workflow called {name!r} ships",
            fix=f"{suggest(name, shipped_workflows())} (a file is given as ./{name})",
        )
    return SHIPPED / f"{name}.yaml"


def _read(path_or_name: str | PathLike[str], language: Language | None) -> Uncalibrated:
    path = _find(path_or_name)
    written = _with_document_schema(read_yaml(path), path)
    named = written.pop("calibration", None)
    try:
        workflow = Workflow.model_validate_json(json.dumps(written))
    except ValidationError as error:
        what, fix = first_mistake(error)
        raise BadWorkflow(f"{str(path)!r}: {what}" if what else repr(str(path)), fix=fix) from error
    files = _calibrations(named, workflow.language, path)
    asked = workflow if language is None else workflow.in_language(language)
    return Uncalibrated(asked, path, files)


def _calibrations(named: Value, language: Language, path: Path) -> dict[Language, Path]:
    """One file is for the workflow's own language."""
    by_language = named if isinstance(named, dict) else {} if named is None else {language: named}
    try:
        files = _FILES.validate_python(by_language)
    except ValidationError as error:
        raise BadWorkflow(
            f"{str(path)!r}: calibration is {shortened(named)}",
            fix="it should be the name of a file that `foveal calibrate` wrote, or one such name "
            f"for each of {', '.join(get_args(Language))}",
        ) from error
    return {spoken: path.parent / file for spoken, file in files.items()}


def _with_document_schema(written: dict[str, Value], path: Path) -> dict[str, Value]:
    """With the schema of its document in place of the name of the file that holds it."""
    asked = written.get("document")
    if not isinstance(asked, dict) or "schema" not in asked:
        return written
    named = asked["schema"]
    if not isinstance(named, str) or not named:
        raise BadWorkflow(
            f"{str(path)!r}: document.schema is {shortened(named)}",
            fix="it should be the name of a file with a JSON Schema",
        )
    schema = read_document_schema(_beside_or_shipped(path.parent / named, DOCUMENTS))
    return {**written, "document": {**asked, "schema": schema}}


def _beside_or_shipped(named: Path, folder: Path) -> Path:
    """A copy of a workflow that ships finds the calibration and the schema that ship."""
    shipped = folder / named.name
    return shipped if shipped.is_file() and not named.exists() else named
