"""The commands. What takes long to import is imported inside each, so that help is instant."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foveal.model_choice import ModelChoice
from foveal.model_options import with_model
from foveal.schemas.errors import BadWorkflow
from foveal.schemas.language import Language
from foveal.schemas.verdict import EXIT_CODES

if TYPE_CHECKING:
    from rich.console import RenderableType

    from foveal.schemas.workflow import Workflow

app = typer.Typer(add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False)

Out = Annotated[
    str, typer.Option(metavar="DIR", help="Folder for report.html, report.json and the pixels.")
]
Rules = Annotated[
    str, typer.Option("--workflow", metavar="FILE|NAME", help="What to look for, and how.")
]
InLanguage = Annotated[
    Language | None, typer.Option("--language", help="In which the model is asked.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def _print_version(wanted: bool) -> None:
    if wanted:
        import foveal

        typer.echo(foveal.__version__)
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version."),
]


@app.callback()
def foveal(*, version: Version = False) -> None:
    """Look closer and prove it: visual inspection by a local vision-language model.

    Exit codes: 0 pass, 1 fail, 3 review, 2 error.
    """
    del version  # printed by its callback


@app.command()
@with_model
def compare(
    template: Annotated[str, typer.Argument(metavar="TEMPLATE", help="Image of a good part.")],
    tested: Annotated[str, typer.Argument(metavar="TESTED", help="Image of the part to check.")],
    *,
    out: Out,
    model: ModelChoice,
    workflow: Rules = "board-compare",
    language: InLanguage = None,
    as_json: AsJson = False,
) -> int:
    """Compare a tested part with its template.

    \b
    foveal compare template.png tested.png --out run
    foveal compare template.png tested.png --out run --json | jq .verdict
    foveal compare template.png tested.png --out run --language zh
    foveal compare a.png b.png --out run --model Qwen/Qwen3-VL-8B-Instruct
    foveal compare a.png b.png --out run --model Qwen/Qwen3-VL-8B-Instruct --quantisation int8
    """
    inputs = {"template": template, "tested": tested}
    return _run(_load(workflow, language), inputs, out=out, model=model, as_json=as_json)


@app.command()
@with_model
def inspect(
    image: Annotated[str, typer.Argument(metavar="IMAGE", help="Image of the part to check.")],
    *,
    out: Out,
    model: ModelChoice,
    workflow: Rules = "board-inspect",
    language: InLanguage = None,
    as_json: AsJson = False,
) -> int:
    """Inspect a part that has no template.

    \b
    foveal inspect tested.png --out run
    foveal inspect tested.png --out run --workflow my-boards.yaml
    foveal inspect tested.png --out run --model Qwen/Qwen3-VL-8B-Instruct
    """
    inputs = {"image": image}
    return _run(_load(workflow, language), inputs, out=out, model=model, as_json=as_json)


@app.command()
@with_model
def run(
    workflow: Annotated[
        str, typer.Argument(metavar="WORKFLOW", help="A YAML file, or the name of one that ships.")
    ],
    given: Annotated[
        list[str], typer.Argument(metavar="INPUT...", help="Images in order, or as NAME=PATH.")
    ],
    *,
    out: Out,
    model: ModelChoice,
    language: InLanguage = None,
    as_json: AsJson = False,
) -> int:
    """Run a workflow on its inputs.

    \b
    foveal run my-boards.yaml template.png tested.png --out run
    foveal run my-boards.yaml tested=new.png template=good.png --out run
    """
    from foveal.inputs import name_inputs
    from foveal.schemas.workflow import INPUTS

    rules = _load(workflow, language)
    inputs = name_inputs(given, INPUTS[rules.graph])
    return _run(rules, inputs, out=out, model=model, as_json=as_json)


@app.command()
def schema(
    name: Annotated[str, typer.Argument(metavar="NAME", help="report, workflow, finding, …")],
) -> None:
    """Print the JSON Schema of something foveal writes or reads.

    \b
    foveal schema report
    foveal schema workflow > workflow.schema.json
    """
    from foveal.shipped_schema import read_schema

    typer.echo(read_schema(name), nl=False)


@app.command()
@with_model
def doctor(*, model: ModelChoice) -> None:
    """Show versions and devices, load the model, and check that it sees.

    \b
    foveal doctor
    foveal doctor --model Qwen/Qwen3-VL-8B-Instruct
    """
    from foveal.doctor import examine
    from foveal.progress import shown_steps

    with shown_steps() as progress:
        for fact in examine(model, progress):
            typer.echo(f"{fact.name:<24}{fact.value}")


@app.command()
@with_model
def calibrate(
    workflow: Annotated[
        str, typer.Argument(metavar="WORKFLOW", help="A YAML file, or the name of one that ships.")
    ],
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
    as_json: AsJson = False,
) -> None:
    """Fit confidences and the limits of pass, review and fail on labelled parts.

    Writes the file that the workflow names as its `calibration`.

    \b
    foveal calibrate my-boards.yaml labelled.csv
    foveal calibrate my-boards.yaml labelled.csv --escape 0.01 --overkill 0.1
    foveal calibrate my-boards.yaml drawn:400
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
    workflow: Rules = "board-compare",
    language: InLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Measure quality on labelled data.

    \b
    foveal eval deeppcb --data DIR
    foveal eval deeppcb --data DIR --limit 50 --json
    foveal eval verdicts --limit 1000
    """
    from foveal.evaluation import find_eval
    from foveal.progress import shown_count
    from foveal.workflow_file import load_workflow

    found = find_eval(name)
    rules = load_workflow(workflow, language=language)
    from foveal.evals.options import EvalOptions

    chosen = model.for_workflow(rules)
    with shown_count(name) as progress:
        options = EvalOptions(
            workflow=rules.model_copy(update={"model": chosen.name, "loading": chosen.loading}),
            data=data,
            limit=limit,
            progress=progress,
            other_weights=model.is_other(rules),
        )
        figures = found.run(options)
    _print_figures(figures, found.show, as_json=as_json)


@app.command()
@with_model
def gauge(
    workflow: Annotated[
        str, typer.Argument(metavar="WORKFLOW", help="A YAML file, or the name of one that ships.")
    ],
    data: Annotated[
        Path | None, typer.Argument(metavar="[DATA]", help="Folder of pairs laid out as DeepPCB's.")
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

    chosen = model.for_workflow(rules)
    with shown_count("gauge") as progress:
        options = GaugeOptions(
            workflow=rules.model_copy(update={"model": chosen.name, "loading": chosen.loading}),
            data=data,
            limit=drawn if data is None else limit,
            progress=progress,
            repeats=repeats,
            jitter=kinds,
        )
        figures = run(options)
    _print_figures(figures, show, as_json=as_json)


def _print_figures(
    figures: dict[str, object],
    show: "Callable[[dict[str, object]], RenderableType]",
    *,
    as_json: bool,
) -> None:
    if as_json:
        typer.echo(json.dumps(figures, indent=2))
    else:
        from rich.console import Console

        Console().print(show(figures))


def _load(workflow: str, language: Language | None) -> "Workflow":
    from foveal.workflow_file import load_workflow

    return load_workflow(workflow, language=language)


def _run(
    workflow: "Workflow",
    inputs: Mapping[str, str],
    *,
    out: str,
    model: ModelChoice,
    as_json: bool,
) -> int:
    from foveal.api import run
    from foveal.progress import shown_steps
    from foveal.summary import print_summary

    with shown_steps() as progress:
        report = run(workflow, inputs, out=out, model=model, progress=progress)
    if as_json:
        typer.echo(report.model_dump_json(indent=2))
    else:
        print_summary(report, Path(out))
    return EXIT_CODES[report.verdict]
