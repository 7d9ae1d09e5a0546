"""What is being done, on stderr. Nothing is written where no one watches a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TimeRemainingColumn,
)
from rich.text import Text


@contextmanager
def shown_steps() -> Iterator[Callable[[str], None]]:
    """A line that names the step; it is gone at the end."""
    console = Console(stderr=True)
    status = console.status("")
    if console.is_terminal:
        status.start()
    try:
        yield lambda step: status.update(f"{step} …")
    finally:
        status.stop()


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:.3g}/s", style="progress.data.speed")


@contextmanager
def shown_count(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar told (done, total)."""
    console = Console(stderr=True)
    columns = (
        "{task.description}",
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
