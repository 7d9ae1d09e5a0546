"""Run the rungs on the same tasks, each way of asking once, and compare what they complete."""

from collections.abc import Sequence

from foveal.evals.labelled import Labelled, draw_labelled, read_labelled
from foveal.evals.labels import in_terms_of
from foveal.evals.layered_tasks.draw import board, draw_tasks
from foveal.evals.layered_tasks.figures import RungFigures, added, rung_figures
from foveal.evals.layered_tasks.rungs import Rung, Switches, hindrance, ladder
from foveal.evals.layered_tasks.tried import Tried
from foveal.evals.options import EvalOptions
from foveal.evals.seeds import LAYERED
from foveal.models.extras import require
from foveal.models.protocol import VisionLanguageModel
from foveal.schemas.base import Strict

TASKS = 96
"""Drawn where no limit is given."""


class LadderFigures(Strict):
    parts: str
    tasks: int
    ladder: list[RungFigures]
    without: list[RungFigures]
    """Everything but one thing; `added` is then what that thing adds."""

    skipped: dict[str, str]
    """What cannot be run, and why."""

    workflow: str
    model: str
    revision: str


def run(options: EvalOptions) -> dict[str, object]:
    return climb(options).model_dump()


def climb(options: EvalOptions, *, without: Sequence[Rung] = ()) -> LadderFigures:
    """The ladder, and what `without` leaves out of it. Parts are read before weights are loaded."""
    require("inspect_ai", purpose="an eval of layered tasks", extra="evals")
    labelled = _parts(options)
    model = options.load_model()
    skipped = {
        rung.name: reason
        for rung in (*ladder(), *without)
        if (reason := hindrance(rung.switches, options.workflow))
    }
    rungs = [rung for rung in ladder() if rung.name not in skipped]
    left_out = [rung for rung in without if rung.name not in skipped]
    tried = _tried([*rungs, *left_out], labelled, options, model)
    by_name = {rung.name: tried[rung.switches] for rung in rungs}

    def figures(rung: Rung, *, is_whole: bool) -> RungFigures:
        its, other = tried[rung.switches], by_name.get(rung.against or "")
        more = None
        if other is not None:
            more = added(its, other) if is_whole else added(other, its)
        return rung_figures(rung, its, more=more)

    return LadderFigures(
        parts=labelled.name,
        tasks=len(labelled.pairs),
        ladder=[figures(rung, is_whole=True) for rung in rungs],
        without=[figures(rung, is_whole=False) for rung in left_out],
        skipped=skipped,
        workflow=options.workflow.name,
        model=model.name,
        revision=model.revision,
    )


def _parts(options: EvalOptions) -> Labelled:
    workflow = options.workflow
    if options.data is None:
        return draw_labelled(options.limit or TASKS, workflow, series=LAYERED, draw=board)
    return read_labelled(
        str(options.data), workflow, series=LAYERED, limit=options.limit, draw=board
    )


def _tried(
    rungs: Sequence[Rung], labelled: Labelled, options: EvalOptions, model: VisionLanguageModel
) -> dict[Switches, list[Tried]]:
    """Two rungs may ask in the same way, which is then tried once."""
    from foveal.evals.layered_tasks.bench import Bench  # what it needs may not be installed

    ways = {rung.switches: rung for rung in reversed(rungs)}
    tasks = draw_tasks(in_terms_of(options.workflow, labelled.pairs), options.workflow)
    done = 0

    def told() -> None:
        nonlocal done
        done += 1
        options.progress(done, len(tasks) * len(ways))

    bench = Bench(workflow=options.workflow, model=model, tasks=tasks, logs=options.logs, told=told)
    return {switches: bench.run(ways[switches]) for switches in reversed(ways)}
