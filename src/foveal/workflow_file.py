"""A workflow by its path, or by the name of one that ships."""

import json
from os import PathLike, fspath
from pathlib import Path

from pydantic import ValidationError

from foveal.mistakes import first_mistake
from foveal.schemas.errors import BadWorkflow
from foveal.schemas.workflow import Workflow
from foveal.wording import suggest
from foveal.workflow_check import check
from foveal.yaml_file import read_yaml

SHIPPED = Path(__file__).with_name("workflows")
_SUFFIXES = (".yaml", ".yml")


def load_workflow(path_or_name: str | PathLike[str]) -> Workflow:
    """Read and checked throughout, so that what is wrong is said before a model is loaded.

    A bare name such as `board-compare` means a workflow that ships; anything with a folder or the
    ending .yaml is a path. Raises BadWorkflow.
    """
    path = _find(path_or_name)
    try:
        workflow = Workflow.model_validate_json(json.dumps(read_yaml(path)))
    except ValidationError as error:
        what, fix = first_mistake(error)
        raise BadWorkflow(f"{str(path)!r}: {what}" if what else repr(str(path)), fix=fix) from error
    check(workflow, source=repr(str(path)))
    return workflow


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
