"""The commands on what runs leave behind: go on, decide, verify, export, replay.

What takes long to import is imported inside each, so that help is instant.
"""

import json
from pathlib import Path
from typing import Annotated

import typer

from foveal.model_choice import ModelChoice
from foveal.model_options import with_model
from foveal.shared_options import AsJson

app = typer.Typer()

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
    from foveal.summary import print_report

    with shown_steps() as progress:
        report = go_on(run, model=model, progress=progress)
    return print_report(report, Path(run), as_json=as_json)


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
        found = run_again(run, model=model, progress=progress)
    if found.difference is None:
        typer.echo(f"The same: {found.records} records, and the report.")
        return 0
    typer.echo(f"Differs after {found.records} records: {found.difference}")
    return 1
