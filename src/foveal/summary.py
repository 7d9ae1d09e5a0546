from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.table import Table

from foveal.records.document import left_out
from foveal.records.run_directory import read_head
from foveal.schemas.calibration import Limit
from foveal.schemas.finding import Finding
from foveal.schemas.report import Report
from foveal.schemas.verdict import EXIT_CODES, Verdict

if TYPE_CHECKING:  # evals are not imported to print a report
    from foveal.batching import Batch
    from foveal.calibrating import Made
    from foveal.reviewing import Reviewed
    from foveal.watching.watch import Watched

_STYLES: dict[Verdict, str] = {"pass": "bold green", "fail": "bold red", "review": "bold yellow"}


def print_report(report: Report, out: Path, *, as_json: bool) -> int:
    """The exit code of its verdict."""
    if as_json:
        typer.echo(report.model_dump_json(indent=2))
    else:
        print_summary(report, out, head=read_head(out))
    return EXIT_CODES[report.verdict]


def print_summary(report: Report, out: Path, *, head: str) -> None:
    """Verdict and findings, where to look at them, and the head that the ledger ends with."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(report.verdict, style=_STYLES[report.verdict], end=": ")
    console.print(report.reason, markup=False)
    if report.findings:
        console.print(_table(report))
    console.print(f"Report: {out / 'report.html'}", markup=False)
    if report.document is not None:
        missing = ", ".join(map(str, left_out(report)))
        without = f" (without findings {missing})" if missing else ""
        console.print(f"Document: {out / 'document.json'}{without}", markup=False)
    console.print(f"Ledger: {head}", markup=False)


def print_batch(batch: "Batch", out: Path) -> None:
    """Counts, and where to look."""
    console = Console(highlight=False, soft_wrap=True)
    for verdict, count in batch.verdicts.items():
        console.print(verdict, style=_STYLES[verdict], end=f" {count}  ")
    console.print(f"error {batch.errors}", end="")
    left = batch.items - sum(batch.verdicts.values()) - batch.errors
    console.print(f"  of {batch.items}" + (f", {left} left" if left else ""))
    if batch.stopped:
        console.print(f"Stopped: {batch.stopped}. The same command goes on.", markup=False)
    console.print(f"Summary: {out / 'summary.html'}", markup=False)
    console.print(f"Results: {out / 'results.jsonl'}", markup=False)
    console.print(f"Ledger: {batch.head}", markup=False)


def print_watched(watched: "Watched", out: Path) -> None:
    """On stderr, as events are on stdout."""
    console = Console(highlight=False, soft_wrap=True, stderr=True)
    for verdict, count in watched.verdicts.items():
        console.print(verdict, style=_STYLES[verdict], end=f" {count}  ")
    console.print(f"error {watched.errors}  of {watched.frames} frames, {watched.dropped} dropped")
    for sink, count in watched.undelivered.items():
        console.print(f"{count} events wait for {sink}. The same command sends them.", markup=False)
    console.print(f"Summary: {out / 'summary.html'}", markup=False)
    console.print(f"Events: {out / 'events.jsonl'}", markup=False)
    console.print(f"Ledger: {watched.head}", markup=False)


def print_waiting(waiting: "list[Reviewed]") -> None:
    """Which, why, and where their pictures are."""
    console = Console(highlight=False, soft_wrap=True)
    for item, run, report in waiting:
        console.print(item, style="bold", end=": ", markup=False)
        console.print(report.reason, markup=False)
        if report.findings:
            console.print(_table(report))
        console.print(f"  {run / 'report.html'}", markup=False)
    console.print(f"{len(waiting)} waiting")


def print_decided(decided: "Reviewed") -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(decided.item, end=": ", markup=False)
    console.print(decided.report.verdict, style=_STYLES[decided.report.verdict])
    console.print(f"Report: {decided.run / 'report.html'}", markup=False)


def _table(report: Report) -> Table:
    table = Table(box=None, pad_edge=False)
    tested = any(finding.verification for finding in report.findings)
    for heading in ("#", "label", "confidence", "box_px", "size_mm", *["pixels"] * tested):
        table.add_column(heading, no_wrap=True)
    for number, finding in enumerate(report.findings, start=1):
        size = "" if finding.size_mm is None else f"{finding.size_mm:g}"
        box = " ".join(map(str, finding.box_px))
        sure = f"{finding.confidence:.2f}"
        table.add_row(str(number), finding.label, sure, box, size, *_support(finding))
    return table


def _support(finding: Finding) -> list[str]:
    """None where it was not tested."""
    if finding.verification is None:
        return []
    return ["support it" if finding.verification.supported else "do not support it"]


def print_calibration(made: "Made") -> None:
    """Limits and what they do to the labelled parts, then what is left to do."""
    console = Console(highlight=False, soft_wrap=True)
    known = made.calibration
    console.print(f"Fitted on {known.fitted_on}, {known.regions} regions.", markup=False)
    console.print(f"Temperature {known.temperature:g}, shift {known.shift:g}.")
    console.print(f"pass below {_limit(known.pass_below)} defective parts would pass")
    console.print(f"fail from  {_limit(known.fail_from)} good parts would fail")
    console.print(f"Calibration: {made.path}", markup=False)
    if made.add_to is not None:
        name = made.path.name
        entry = f"{{{made.language}: {name}}}" if made.language else name
        console.print(f"Add to {made.add_to}: calibration: {entry}", markup=False)


def _limit(limit: Limit) -> str:
    return f"{limit.score:.4g} (at most {limit.rate:.3g} expected): {limit.wrong} of {limit.parts}"
