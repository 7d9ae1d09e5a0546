"""Compare and inspect from Python; the commands run the same functions."""

from collections.abc import Callable, Mapping
from os import PathLike, fspath
from pathlib import Path

from foveal.inputs import check_names
from foveal.model_choice import ModelChoice
from foveal.models.protocol import VisionLanguageModel
from foveal.records.run_directory import read_report
from foveal.schemas.errors import BadOutput
from foveal.schemas.report import Report
from foveal.schemas.workflow import INPUTS, Workflow
from foveal.tools.image import Image
from foveal.tools.intake import read_image
from foveal.workflow_check import check
from foveal.workflow_file import load_workflow

PathName = str | PathLike[str]


def _unwatched(step: str) -> None: ...


def compare(
    template: PathName,
    tested: PathName,
    *,
    out: PathName,
    workflow: PathName | Workflow = "board-compare",
    model: str | VisionLanguageModel | None = None,
) -> Report:
    """What differs on `tested`, and whether that is wrong; `out` gets report.html and the pixels.

    `model` takes the place of the workflow's own: a name, or what `load_model` gave, which saves
    loading it for every pair. Raises FovealError where a person must act.
    """
    return run(workflow, {"template": template, "tested": tested}, out=out, model=model)


def inspect(
    image: PathName,
    *,
    out: PathName,
    workflow: PathName | Workflow = "board-inspect",
    model: str | VisionLanguageModel | None = None,
) -> Report:
    """What is wrong on a part that has no template; otherwise as `compare`."""
    return run(workflow, {"image": image}, out=out, model=model)


def run(
    workflow: PathName | Workflow,
    inputs: Mapping[str, PathName],
    *,
    out: PathName,
    model: str | VisionLanguageModel | ModelChoice | None = None,
    progress: Callable[[str], None] = _unwatched,
) -> Report:
    """Run a workflow on its inputs by name. Everything is checked before weights are loaded."""
    progress("Reading")
    rules = _rules(workflow)
    images = _read(inputs, rules)
    load = _find(model, rules)
    from foveal.running import Run

    begun = Run.begin(_folder(out), rules, images, model=_choice(model))
    progress("Loading the model")
    loaded = load()
    progress("Inspecting")
    return begun.complete(loaded)


def resume(
    run: PathName,
    *,
    model: str | VisionLanguageModel | ModelChoice | None = None,
    progress: Callable[[str], None] = _unwatched,
) -> Report:
    """Go on with a run whose process died, from the step it stood at; `run` is its folder.

    The model is the one that began it, unless another folder or name of the same weights is given.
    Raises FovealError where a person must act.
    """
    progress("Reading")
    from foveal.running import Run

    begun = Run.resume(_folder(run))
    if begun.directory.has_ended:
        return read_report(begun.directory.path)
    load = _find(begun.model if model is None else model, begun.workflow)
    progress("Loading the model")
    loaded = load()
    progress("Inspecting")
    return begun.complete(loaded)


def _rules(workflow: PathName | Workflow) -> Workflow:
    if not isinstance(workflow, Workflow):
        return load_workflow(workflow)
    check(workflow, source=f"workflow {workflow.name!r}")
    return workflow


def _read(inputs: Mapping[str, PathName], workflow: Workflow) -> list[Image]:
    names = INPUTS[workflow.graph]
    check_names(inputs, names)
    return [read_image(Path(inputs[name])) for name in names]


def _find(
    model: str | VisionLanguageModel | ModelChoice | None, workflow: Workflow
) -> Callable[[], VisionLanguageModel]:
    """What gives the model, which is known to be there."""
    if model is None or isinstance(model, str | ModelChoice):
        return _choice(model).find_for(workflow)
    loaded = model
    return lambda: loaded


def _choice(model: str | VisionLanguageModel | ModelChoice | None) -> ModelChoice:
    if isinstance(model, ModelChoice):
        return model
    return ModelChoice(model if model is None or isinstance(model, str) else model.name)


def _folder(out: PathName) -> Path:
    if not fspath(out):
        raise BadOutput("the name of the folder for results is empty", fix="name one")
    return Path(out)
