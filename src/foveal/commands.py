"""The commands that inspect parts, and those that say what there is; `measuring` has the others.

What takes long to import is imported inside each, so that help is instant.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foveal import measuring
from foveal.model_choice import ModelChoice
from foveal.model_options import with_model
from foveal.schemas.language import Language
from foveal.schemas.verdict import EXIT_CODES
from foveal.shared_options import AllowUrls, AsJson, InLanguage, Rules, WorkflowName

if TYPE_CHECKING:
    from foveal.schemas.report import Report
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


app.add_typer(measuring.app)


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
    language: InLanguage = None,
    as_json: AsJson = False,
) -> int:
    """Run a workflow on every part of a list. The same command goes on where it was broken off.

    \b
    foveal batch board-compare parts.csv --out night
    foveal batch board-inspect parts.jsonl --out night --jobs 16 --max-failures 5%
    foveal batch board-compare supplier/parts.csv --out night --root supplier
    """
    from foveal.api import batch as run_batch
    from foveal.progress import shown_count
    from foveal.summary import print_batch

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
            progress=progress,
        )
    if as_json:
        typer.echo(json.dumps(done._asdict(), indent=2))
    else:
        print_batch(done, Path(out))
    return done.exit_code


RunFolder = Annotated[str, typer.Argument(metavar="DIR", help="The folder given as --out.")]


@app.command()
@with_model
def resume(run: RunFolder, *, model: ModelChoice, as_json: AsJson = False) -> int:
    """Go on with a run whose process died, from the step it stood at.

    \b
    foveal resume run
    """
    from foveal.api import resume as go_on
    from foveal.progress import shown_steps

    with shown_steps() as progress:
        report = go_on(run, model=None if model == ModelChoice() else model, progress=progress)
    return _shown(report, Path(run), as_json=as_json)


@app.command()
def review(
    run: Annotated[str, typer.Argument(metavar="DIR", help="Of a run or of a batch.")],
    *,
    accept: Annotated[bool, typer.Option("--accept", help="The part is defective.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="Nothing is wrong with it.")] = False,
    relabel: Annotated[
        list[str] | None,
        typer.Option(metavar="N=LABEL", help="Accept, and call finding N so; may be repeated."),
    ] = None,
    item: Annotated[str | None, typer.Option(metavar="ID", help="Which, of a batch.")] = None,
    by: Annotated[str | None, typer.Option(metavar="NAME", help="Who decides.")] = None,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why.")] = None,
    export: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write what was decided as labelled data.")
    ] = None,
) -> None:
    """List the runs that wait for a person, or decide one.

    \b
    foveal review night
    foveal review night --item "board 17" --reject --by "M. Lee" --reason "dust, wiped off"
    foveal review night --item "board 18" --relabel 2=short --by "M. Lee" --reason "bridged"
    foveal review night --export labelled.jsonl
    """
    from foveal import reviewing
    from foveal.deciding import read_decision
    from foveal.summary import print_decided, print_waiting

    folder = Path(run)
    decision = read_decision(accept=accept, reject=reject, relabel=relabel, by=by, reason=reason)
    if decision is not None:
        print_decided(reviewing.decide(folder, item, decision))
    if export is not None:
        count = reviewing.write_labelled(folder, Path(export))
        typer.echo(f"Labelled: {count} parts in {export}")
    if decision is None and export is None:
        print_waiting(reviewing.waiting(folder))


@app.command()
def verify(
    run: RunFolder,
    *,
    head: Annotated[
        str | None, typer.Option(metavar="HASH", help="Of the last record, as the run printed it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check that the record of a run is as it was written, and cut every cited crop again.

    \b
    foveal verify run
    foveal verify run --head 1f0c… --json
    """
    from foveal.auditing import audit

    found = audit(Path(run), head=head)
    if as_json:
        typer.echo(json.dumps(found._asdict(), indent=2))
    else:
        typer.echo(
            f"As written: {found.records} records, {found.images} images, "
            f"{found.crops} crops cut again.\nHead: {found.head}"
        )


@app.command()
def export(
    run: RunFolder,
    *,
    to: Annotated[
        str,
        typer.Option(
            metavar="FORMAT,…", help="coco, label-studio, sarif, junit, csv, markdown, or several."
        ),
    ],
    out: Annotated[
        str | None, typer.Option(metavar="DIR", help="Instead of the folder `exports` in DIR.")
    ] = None,
) -> None:
    """Write the result of a run in the formats of other tools.

    \b
    foveal export run --to coco,label-studio
    foveal export run --to junit,sarif --out build/reports
    """
    from foveal.exporting import export, read_formats
    from foveal.records.folder import EXPORTS

    formats = read_formats(to)
    for path in export(Path(run), formats, out=Path(out) if out else Path(run) / EXPORTS):
        typer.echo(f"Written: {path}")


@app.command()
@with_model
def replay(run: RunFolder, *, model: ModelChoice) -> int:
    """Run again what a run was about, and show the first difference from its record.

    Ends with 1 where there is one. Numbers within 0.001 count as the same.

    \b
    foveal replay run
    foveal replay night/items/board-17-0f3a9c11 --model /models/Qwen3-VL-8B-Instruct
    """
    from foveal.api import replay as run_again
    from foveal.progress import shown_steps

    with shown_steps() as progress:
        found = run_again(run, model=None if model == ModelChoice() else model, progress=progress)
    if found.difference is None:
        typer.echo(f"The same: {found.records} records, and the report.")
        return 0
    typer.echo(f"Differs after {found.records} records: {found.difference}")
    return 1


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

    with shown_steps() as progress:
        report = run(
            workflow, inputs, out=out, model=model, allow_urls=allow_urls, progress=progress
        )
    return _shown(report, Path(out), as_json=as_json)


def _shown(report: "Report", out: Path, *, as_json: bool) -> int:
    from foveal.records.run_directory import read_head
    from foveal.summary import print_summary

    if as_json:
        typer.echo(report.model_dump_json(indent=2))
    else:
        print_summary(report, out, head=read_head(out))
    return EXIT_CODES[report.verdict]
