"""Compare and inspect from Python; the commands run the same functions."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from os import PathLike, fspath
from pathlib import Path
from threading import Event as Flag
from typing import TYPE_CHECKING

from foveal.cluster import Cluster
from foveal.failure_limit import FailureLimit
from foveal.fetching import Fetcher
from foveal.inputs import check_names
from foveal.manifest import read_manifest
from foveal.model_choice import ModelChoice
from foveal.models.protocol import VisionLanguageModel
from foveal.reading import read_picture
from foveal.schemas.errors import BadModel, BadOutput
from foveal.schemas.report import Report
from foveal.schemas.workflow import INPUTS, Workflow
from foveal.tools.image import Image
from foveal.workflow_check import check
from foveal.workflow_file import load_workflow

if TYPE_CHECKING:
    from foveal.batching import Batch
    from foveal.replaying import Replay
    from foveal.running import Run
    from foveal.schemas.event import Event
    from foveal.tools.gate_settings import GateSettings
    from foveal.watching.backlog import WhenBehind
    from foveal.watching.watch import Watched

PathName = str | PathLike[str]


def _unwatched(step: str) -> None: ...


def _unshown(event: "Event") -> None: ...


def _uncounted(done: int, total: int) -> None: ...


def compare(
    template: PathName,
    tested: PathName,
    *,
    out: PathName,
    workflow: PathName | Workflow = "board-compare",
    model: str | VisionLanguageModel | None = None,
    allow_urls: bool = False,
) -> Report:
    """What differs on `tested`, and whether that is wrong; `out` gets report.html and the pixels.

    `model` takes the place of the workflow's own: a name, or what `load_model` gave, which saves
    loading it for every pair. `allow_urls` takes images from https URLs too. Raises FovealError
    where a person must act.
    """
    inputs = {"template": template, "tested": tested}
    return run(workflow, inputs, out=out, model=model, allow_urls=allow_urls)


def inspect(
    image: PathName,
    *,
    out: PathName,
    workflow: PathName | Workflow = "board-inspect",
    model: str | VisionLanguageModel | None = None,
    allow_urls: bool = False,
) -> Report:
    """What is wrong on a part that has no template; otherwise as `compare`."""
    return run(workflow, {"image": image}, out=out, model=model, allow_urls=allow_urls)


def run(
    workflow: PathName | Workflow,
    inputs: Mapping[str, PathName],
    *,
    out: PathName,
    model: str | VisionLanguageModel | ModelChoice | None = None,
    allow_urls: bool = False,
    progress: Callable[[str], None] = _unwatched,
) -> Report:
    """Run a workflow on its inputs by name. Everything is checked before weights are loaded."""
    progress("Reading")
    rules = _rules(workflow)
    images = _read(inputs, rules, allow_urls=allow_urls)
    load = _find(model, rules)
    from foveal.running import Run

    begun = Run.begin(_folder(out), rules, images, model=_choice(model))
    return begun.complete(lambda: _told(load, progress))


def batch(
    workflow: PathName | Workflow,
    manifest: PathName,
    *,
    out: PathName,
    model: str | VisionLanguageModel | ModelChoice | None = None,
    jobs: int = 8,
    max_failures: str | None = None,
    roots: Sequence[PathName] | None = None,
    cluster: Cluster | None = None,
    progress: Callable[[int, int], None] = _uncounted,
) -> "Batch":
    """Run a workflow on every part of a list; called again, it goes on where it was broken off.

    `out` gets results.jsonl with a line a part, summary.html and a run directory a part. A part
    that cannot be inspected becomes a line with its error; at more than `max_failures`, such as
    '5%', it stops.
    Files that lie below none of the `roots` are refused, if any are given.
    So many `jobs` are in flight: the model joins what they ask, and one is aligned meanwhile.
    With a `cluster` an engine runs in each of its actors, and so many jobs in each engine.
    """
    rules = _rules(workflow)
    if cluster is not None:
        cluster.require_ray()
        _require_name(model)
    items = read_manifest(Path(manifest), INPUTS[rules.graph])
    limit, load = FailureLimit.read(max_failures), _find(model, rules)
    from foveal.batching import Batching
    from foveal.inspecting import Inspector
    from foveal.records.batch_directory import BatchDirectory
    from foveal.workers import LocalWorkers, Workers

    chosen = _choice(model).for_workflow(rules)
    told = {"name": rules.name, "workflow": rules.sha256, "model": chosen.name}
    with BatchDirectory.open(_folder(out), **told) as directory:
        below = None if roots is None else [_folder(root) for root in roots]
        inspector = Inspector(directory.path, rules, chosen, below)

        def open_workers() -> AbstractContextManager[Workers]:
            if cluster is None:
                return nullcontext(LocalWorkers(inspector, load(), jobs))
            from foveal.ray_workers import open_actors

            return open_actors(inspector, cluster, jobs=jobs, head=directory.ledger.head)

        return Batching(directory, items, limit, progress).run(open_workers)


def watch(
    source: PathName,
    workflow: PathName | Workflow,
    *,
    out: PathName,
    model: str | VisionLanguageModel | ModelChoice | None = None,
    template: PathName | None = None,
    empty: PathName | None = None,
    sinks: Sequence[str] = (),
    when_behind: "WhenBehind | None" = None,
    gate: "GateSettings | None" = None,
    show: "Callable[[Event], None]" = _unshown,
    stop: Flag | None = None,
) -> "Watched":
    """Judge what comes to rest or changes in a folder, a video or before a camera.

    `show` is called with each event; `sinks` are URLs that each is sent to. Ends with the source,
    or when `stop` is set by another thread or a signal.
    """
    from foveal.tools.gate_settings import GateSettings
    from foveal.watching.start import Options
    from foveal.watching.start import watch as start

    rules = _rules(workflow)
    options = Options(
        out=_folder(out),
        model=_choice(model).for_workflow(rules),
        load=_find(model, rules),
        template=template,
        empty=empty,
        sinks=sinks,
        when_behind=when_behind,
        gate=gate or GateSettings(),
    )
    return start(fspath(source), rules, options, show=show, stop=stop or Flag())


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
    return begun.complete(lambda: _model_of(begun, model, progress))


def replay(
    run: PathName,
    *,
    model: str | VisionLanguageModel | ModelChoice | None = None,
    progress: Callable[[str], None] = _unwatched,
) -> "Replay":
    """Run again what a run directory keeps, and find the first difference from its record.

    `model` as in `resume`. Raises FovealError where too little of the run is there.
    """
    progress("Reading")
    from foveal.replaying import replay as run_again
    from foveal.running import Run

    kept = Run.resume(_folder(run))
    return run_again(kept, _model_of(kept, model, progress))


def _model_of(
    run: "Run",
    model: str | VisionLanguageModel | ModelChoice | None,
    progress: Callable[[str], None],
) -> VisionLanguageModel:
    """The one that is given, else the one that began the run."""
    load = _find(run.model if model in (None, ModelChoice()) else model, run.workflow)
    return _told(load, progress)


def _told(
    load: Callable[[], VisionLanguageModel], progress: Callable[[str], None]
) -> VisionLanguageModel:
    progress("Loading the model")
    loaded = load()
    progress("Inspecting")
    return loaded


def _rules(workflow: PathName | Workflow) -> Workflow:
    if not isinstance(workflow, Workflow):
        return load_workflow(workflow)
    check(workflow, source=f"workflow {workflow.name!r}")
    return workflow


def _read(inputs: Mapping[str, PathName], workflow: Workflow, *, allow_urls: bool) -> list[Image]:
    names = INPUTS[workflow.graph]
    check_names(inputs, names)
    fetcher = Fetcher() if allow_urls else None
    return [read_picture(inputs[name], fetcher=fetcher) for name in names]


def _find(
    model: str | VisionLanguageModel | ModelChoice | None, workflow: Workflow
) -> Callable[[], VisionLanguageModel]:
    """What gives the model, which is known to be there."""
    if model is None or isinstance(model, str | ModelChoice):
        return _choice(model).find_for(workflow)
    loaded = model
    return lambda: loaded


def _require_name(model: str | VisionLanguageModel | ModelChoice | None) -> None:
    if model is not None and not isinstance(model, str | ModelChoice):
        raise BadModel(
            f"{model.name!r} is loaded here, and stays here", fix="name the model for a cluster"
        )


def _choice(model: str | VisionLanguageModel | ModelChoice | None) -> ModelChoice:
    if isinstance(model, ModelChoice):
        return model
    return ModelChoice(model if model is None or isinstance(model, str) else model.name)


def _folder(out: PathName) -> Path:
    if not fspath(out):
        raise BadOutput("the name of the folder for results is empty", fix="name one")
    return Path(out)
