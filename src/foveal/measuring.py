"""The commands that measure on labelled parts: a calibration, an eval, a study.

What takes long to import is imported inside each, so that help is instant.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foveal.model_choice import ModelChoice, load
from foveal.model_options import with_model
from foveal.schemas.errors import BadWorkflow
from foveal.shared_options import AsJson, InLanguage, WorkflowName

if TYPE_CHECKING:
    from rich.console import RenderableType

app = typer.Typer()

_WIDEST = 160
"""Characters of a line: a figure that is cut to fit a narrower terminal says something else."""

Logs = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Keep inspect-ai logs of every step, for `inspect view`."),
]


@app.command()
@with_model
def calibrate(
    workflow: WorkflowName,
    data: Annotated[
        str,
        typer.Argument(
            metavar="LABELLED_DATA",
            help="A CSV or JSONL manifest with labels, a DeepPCB folder, or drawn:N.",
        ),
    ],
    *,
    model: ModelChoice,
    escape: Annotated[
        float, typer.Option(metavar="RATE", help="Share of defective parts that may pass.")
    ] = 0.05,
    overkill: Annotated[
        float, typer.Option(metavar="RATE", help="Share of good parts that may fail.")
    ] = 0.05,
    limit: Annotated[int | None, typer.Option(metavar="N", help="Parts to take.", min=1)] = None,
    out: Annotated[
        str | None, typer.Option(metavar="FILE", help="Instead of beside the workflow.")
    ] = None,
    language: InLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Fit confidences and the limits of pass, review and fail on labelled parts.

    Writes the file that the workflow names as its `calibration`, one for each language.

    \b
    foveal calibrate my-boards.yaml labelled.csv
    foveal calibrate my-boards.yaml labelled.csv --escape 0.01 --overkill 0.1
    foveal calibrate my-boards.yaml drawn:400 --language zh
    """
    from foveal.calibrating import Wanted, calibrate
    from foveal.progress import shown_count
    from foveal.summary import print_calibration

    wanted = Wanted(
        workflow=workflow,
        data=data,
        out=out,
        limit=limit,
        escape=escape,
        overkill=overkill,
        language=language,
    )
    with shown_count("calibrate") as progress:
        made = calibrate(wanted, model, progress)
    if as_json:
        typer.echo(made.calibration.model_dump_json(indent=2))
    else:
        print_calibration(made)


@app.command("eval")
@with_model
def evaluate(
    name: Annotated[str, typer.Argument(metavar="NAME", help="deeppcb, drawn, …")],
    *,
    model: ModelChoice,
    data: Annotated[
        Path | None, typer.Option(metavar="PATH", help="The data, where an eval takes any.")
    ] = None,
    limit: Annotated[int | None, typer.Option(metavar="N", help="Pairs to take.", min=1)] = None,
    logs: Logs = None,
    workflow: Annotated[
        str | None,
        typer.Option(metavar="FILE|NAME", help="What to look for; each eval has its own default."),
    ] = None,
    language: InLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Measure quality on labelled data.

    \b
    foveal eval deeppcb --data DIR
    foveal eval deeppcb --data DIR --limit 50 --json
    foveal eval verdicts --limit 1000
    foveal eval layered_tasks --data DIR --limit 40 --logs logs
    """
    from foveal.evaluation import default_workflow, find_eval, require_logs
    from foveal.progress import shown_count
    from foveal.workflow_file import load_workflow

    found = find_eval(name)
    if logs is not None:
        require_logs(name)
    rules = load_workflow(
        workflow or default_workflow(name, has_data=data is not None), language=language
    )
    from foveal.evals.options import EvalOptions

    with shown_count(name) as progress:
        options = EvalOptions(
            workflow=model.put_into(rules),
            data=data,
            limit=limit,
            logs=logs,
            progress=progress,
            other_weights=model.is_other(rules),
            load=load,
        )
        figures = found.run(options)
    print_figures(figures, found.show, as_json=as_json)


@app.command()
@with_model
def gauge(
    workflow: WorkflowName,
    data: Annotated[
        Path | None, typer.Argument(metavar="[DATA]", help="As `foveal calibrate` takes it.")
    ] = None,
    *,
    model: ModelChoice,
    drawn: Annotated[
        int | None, typer.Option(metavar="N", help="Boards to draw where there is no DATA.", min=1)
    ] = None,
    limit: Annotated[int | None, typer.Option(metavar="N", help="Pairs of DATA.", min=1)] = None,
    repeats: Annotated[
        int, typer.Option(metavar="N", help="Of each part under each disturbance.", min=1)
    ] = 10,
    jitter: Annotated[
        str, typer.Option(metavar="NAME,…", help="What is disturbed.")
    ] = "shift,light,scale,order",
    language: InLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Inspect the same parts again under small disturbances, and say how steady the verdicts are.

    \b
    foveal gauge board-compare
    foveal gauge my-boards.yaml DIR --limit 20 --jitter shift,light --json
    """
    from foveal.jitter import read_jitter
    from foveal.progress import shown_count
    from foveal.workflow_file import load_workflow

    if (limit if data is None else drawn) is not None:
        raise BadWorkflow(
            "--limit takes pairs of DATA, --drawn draws boards without it", fix="give the other"
        )
    kinds, rules = read_jitter(jitter), load_workflow(workflow, language=language)
    from foveal.evals.gauge import GaugeOptions, run, show

    with shown_count("gauge") as progress:
        options = GaugeOptions(
            workflow=model.put_into(rules),
            data=data,
            limit=drawn if data is None else limit,
            progress=progress,
            other_weights=model.is_other(rules),
            load=load,
            repeats=repeats,
            jitter=kinds,
        )
        figures = run(options)
    print_figures(figures, show, as_json=as_json)


@app.command()
@with_model
def ablate(
    workflow: WorkflowName,
    data: Annotated[
        Path,
        typer.Argument(metavar="LABELLED_DATA", help="As `foveal calibrate` takes it."),
    ],
    *,
    model: ModelChoice,
    limit: Annotated[int | None, typer.Option(metavar="N", help="Parts to take.", min=1)] = None,
    logs: Logs = None,
    language: InLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Say what each layer and each tool of a workflow is worth, and what it costs.

    Puts a complex task about each part, with more and more of what foveal has, and with all but
    one thing at a time.

    \b
    foveal ablate board-compare drawn:40
    foveal ablate my-boards.yaml DIR --limit 40 --logs logs --json
    """
    from foveal.progress import shown_count
    from foveal.workflow_file import load_workflow

    rules = load_workflow(workflow, language=language)
    from foveal.evals.ablation import run, show
    from foveal.evals.options import EvalOptions

    with shown_count("ablate") as progress:
        options = EvalOptions(
            workflow=model.put_into(rules),
            data=data,
            limit=limit,
            logs=logs,
            progress=progress,
            other_weights=model.is_other(rules),
            load=load,
        )
        figures = run(options)
    print_figures(figures, show, as_json=as_json)


def print_figures(
    figures: dict[str, object],
    show: "Callable[[dict[str, object]], RenderableType]",
    *,
    as_json: bool,
) -> None:
    if as_json:
        typer.echo(json.dumps(figures, indent=2))
    else:
        from rich.console import Console

        console, shown = Console(), show(figures)
        unbounded = console.options.update(max_width=_WIDEST)
        console.width = max(console.width, console.measure(shown, options=unbounded).maximum)
        console.print(shown)
