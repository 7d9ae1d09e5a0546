from pathlib import Path

from rich.console import Console
from rich.table import Table

from foveal.schemas.report import Report
from foveal.schemas.verdict import Verdict

_STYLES: dict[Verdict, str] = {"pass": "bold green", "fail": "bold red", "review": "bold yellow"}


def print_summary(report: Report, out: Path) -> None:
    """Verdict and findings, and where to look at them."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(report.verdict, style=_STYLES[report.verdict], end=": ")
    console.print(report.reason, markup=False)
    if report.findings:
        console.print(_table(report))
    console.print(f"Report: {out / 'report.html'}", markup=False)


def _table(report: Report) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("#", "label", "confidence", "box_px", "size_mm"):
        table.add_column(heading, no_wrap=True)
    for number, finding in enumerate(report.findings, start=1):
        size = "" if finding.size_mm is None else f"{finding.size_mm:g}"
        box = " ".join(map(str, finding.box_px))
        table.add_row(str(number), finding.label, f"{finding.confidence:.2f}", box, size)
    return table
