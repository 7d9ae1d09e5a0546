"""The commands that inspect parts, and those that say what there is.

`keeping` has those on what runs leave behind, `measuring` those that measure, `watching` the one
that watches a line.

What takes long to import is imported inside each, so that help is instant.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foveal import keeping, measuring
from foveal.cluster import Engine, read_cluster
from foveal.model_choice import ModelChoice
from foveal.model_options import with_model
from foveal.schemas.language import Language
from foveal.shared_options import AllowUrls, AsJson, InLanguage, Rules, WorkflowName
from foveal.watching import command as watching

if TYPE_CHECKING:
    from foveal.schemas.workflow import Workflow

app = typer.Typer(add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False)

Out = Annotated[
    str, typer.Option(metavar="DIR", help="Folder for report.html, report.json and the pixels.")
]


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


app.add_typer(keeping.app)
app.add_typer(measuring.app)
app.add_typer(watching.app)


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
    allow_urls: AllowUrls = False,
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
    rules = _load(workflow, language)
    return _run(rules, inputs, out=out, model=model, allow_urls=allow_urls, as_json=as_json)


@app.command()
@with_model
def inspect(
    image: Annotated[str, typer.Argument(metavar="IMAGE", help="Image of the part to check.")],
    *,
    out: Out,
    model: ModelChoice,
    workflow: Rules = "board-inspect",
    language: InLanguage = None,
    allow_urls: AllowUrls = False,
    as_json: AsJson = False,
) -> int:
    """Inspect a part that has no template.

    \b
    foveal inspect tested.png --out run
    foveal inspect tested.png --out run --workflow my-boards.yaml
    foveal inspect tested.png --out run --model Qwen/Qwen3-VL-8B-Instruct
    """
    inputs = {"image": image}
    rules = _load(workflow, language)
    return _run(rules, inputs, out=out, model=model, allow_urls=allow_urls, as_json=as_json)


@app.command()
@with_model
def run(
    workflow: WorkflowName,
    given: Annotated[
        list[str], typer.Argument(metavar="INPUT...", help="Images in order, or as NAME=PATH.")
    ],
    *,
    out: Out,
    model: ModelChoice,
    language: InLanguage = None,
    allow_urls: AllowUrls = False,
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
    return _run(rules, inputs, out=out, model=model, allow_urls=allow_urls, as_json=as_json)


@app.command()
@with_model
def batch(
    workflow: WorkflowName,
    manifest: Annotated[
        str, typer.Argument(metavar="MANIFEST", help="CSV or JSON Lines: id, and inputs by name.")
    ],
    *,
    out: Annotated[
        str,
        typer.Option(metavar="DIR", help="Folder for results.jsonl, summary.html and the runs."),
    ],
    model: ModelChoice,
    jobs: Annotated[int, typer.Option(min=1, metavar="N", help="Parts in flight.")] = 8,
    max_failures: Annotated[
        str | None, typer.Option(metavar="N|N%", help="Stop when more parts end in an error.")
    ] = None,
    root: Annotated[
        list[str] | None, typer.Option(metavar="DIR", help="Refuse files outside; may be repeated.")
    ] = None,
    engine: Annotated[
        Engine, typer.Option(help="Run in this process, or in actors of a Ray cluster.")
    ] = "local",
    address: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="Of the cluster, or 'auto'; else this machine."),
    ] = None,
    actors: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Engines in the cluster; else one a GPU or CPU."),
    ] = None,
    language: InLanguage = None,
    as_json: AsJson = False,
) -> int:
    """Run a workflow on every part of a list. The same command goes on where it was broken off.

    \b
    foveal batch board-compare parts.csv --out night
    foveal batch board-inspect parts.jsonl --out night --jobs 16 --max-failures 5%
    foveal batch board-compare supplier/parts.csv --out night --root supplier
    foveal batch board-compare parts.csv --out /shared/night --engine ray --address auto
    """
    from foveal.api import batch as run_batch
    from foveal.progress import shown_count
    from foveal.summary import print_batch

    cluster = read_cluster(engine, address, actors)
    rules = _load(workflow, language)
    with shown_count(rules.name) as progress:
        done = run_batch(
            rules,
            manifest,
            out=out,
            model=model,
            jobs=jobs,
            max_failures=max_failures,
            roots=root,
            cluster=cluster,
            progress=progress,
        )
    if as_json:
        typer.echo(json.dumps(done._asdict(), indent=2))
    else:
        print_batch(done, Path(out))
    return done.exit_code


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


def _load(workflow: str, language: Language | None) -> "Workflow":
    from foveal.workflow_file import load_workflow

    return load_workflow(workflow, language=language)


def _run(
    workflow: "Workflow",
    inputs: Mapping[str, str],
    *,
    out: str,
    model: ModelChoice,
    allow_urls: bool,
    as_json: bool,
) -> int:
    from foveal.api import run
    from foveal.progress import shown_steps
    from foveal.summary import print_report

    with shown_steps() as progress:
        report = run(
            workflow, inputs, out=out, model=model, allow_urls=allow_urls, progress=progress
        )
    return print_report(report, Path(out), as_json=as_json)
