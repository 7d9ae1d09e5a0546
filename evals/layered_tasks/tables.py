"""The ladder as people read it."""

from collections.abc import Sequence

from rich.box import SIMPLE
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from foveal.evals.bootstrap import Estimate
from foveal.evals.layered_tasks.climb import LadderFigures
from foveal.evals.layered_tasks.figures import RungFigures


def show(figures: dict[str, object]) -> RenderableType:
    known = LadderFigures.model_validate(figures)
    title = f"{known.workflow}, {known.model}: {known.tasks} tasks, {known.parts}"
    tables = _tables(title, "each against the one named", known.ladder)
    if known.without:
        added = "what that thing adds to all others"
        tables += _tables("everything but one thing", added, known.without)
    return Group(*tables, _kinds(known.ladder), Text("\n".join(_notes(known))))


def _tables(title: str, added: str, rungs: Sequence[RungFigures]) -> list[Table]:
    return [
        _completed(title, rungs),
        _gains(added, rungs),
        _costs(f"{added}: cost of a task", rungs),
    ]


def _completed(title: str, rungs: Sequence[RungFigures]) -> Table:
    table = _table(title, "completed", "95 %", "calls", "read", "written", "seconds", "failures")
    for rung in rungs:
        failures = ", ".join(f"{count} {outcome}" for outcome, count in rung.failures.items())
        table.add_row(
            rung.rung,
            f"{rung.completed:.1%}",
            f"{rung.low:.0%}–{rung.high:.0%}",
            f"{rung.model_calls}",
            f"{rung.prefill_tokens}",
            f"{rung.new_tokens}",
            f"{rung.seconds:.1f}",
            failures,
        )
    return table


def _gains(title: str, rungs: Sequence[RungFigures]) -> Table:
    """Shares of the tasks that are completed now and were not, and the other way round."""
    table = _table(title, "against", "gain", "harm")
    for rung in rungs:
        if rung.added is not None:
            gain, harm = _share(rung.added.gain), _share(rung.added.harm)
            table.add_row(rung.rung, rung.against, gain, harm)
    return table


def _costs(title: str, rungs: Sequence[RungFigures]) -> Table:
    """Of one task."""
    table = _table(title, "calls", "read", "written", "seconds")
    for rung in rungs:
        if (more := rung.added) is not None:
            tokens = (more.model_calls, more.prefill_tokens, more.new_tokens)
            table.add_row(
                rung.rung, *(_cost(cost, ".0f") for cost in tokens), _cost(more.seconds, ".1f")
            )
    return table


def _kinds(rungs: Sequence[RungFigures]) -> Table:
    kinds = sorted({kind for rung in rungs for kind in rung.by_kind})
    languages = sorted({language for rung in rungs for language in rung.by_language})
    table = _table("completed by kind and language", *kinds, *languages)
    for rung in rungs:
        shares = [rung.by_kind[kind] for kind in kinds]
        shares += [rung.by_language[language] for language in languages]
        table.add_row(rung.rung, *(f"{share.count}/{share.of}" for share in shares))
    return table


def _notes(known: LadderFigures) -> list[str]:
    """Costs are of one task, as a mean."""
    left_out = [f"{name} left out: {reason}" for name, reason in known.skipped.items()]
    return [*left_out, f"weights {known.revision}"]


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE, pad_edge=False)
    table.add_column("rung", no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _share(estimate: Estimate) -> str:
    return f"{estimate.value:.1%} ({estimate.low:.0%}–{estimate.high:.0%})"


def _cost(estimate: Estimate, digits: str) -> str:
    value, low, high = (
        format(number, f"+{digits}") for number in (estimate.value, estimate.low, estimate.high)
    )
    return f"{value} ({low}…{high})"
