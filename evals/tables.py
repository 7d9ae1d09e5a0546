"""Figures of detections as people read them."""

from collections.abc import Iterable

from rich.box import SIMPLE
from rich.console import Group
from rich.table import Table
from rich.text import Text

from foveal.evals.confusion import MISSED, NOTHING, Confusion
from foveal.evals.detection import Rates
from foveal.evals.figures import Detected, Figures


def show_figures(figures: Figures) -> Group:
    return Group(
        _methods(figures), _types(figures), _confusion(figures.confusion), Text(_notes(figures))
    )


def _methods(figures: Figures) -> Table:
    """The difference knows no types, so its rates compare with those of the row "any type"."""
    title = f"{figures.boards}: {figures.model} at threshold {figures.threshold:g}"
    columns = ("P", "R", "F", "mAP", "misses", "false alarms", "pairs/s")
    table = _table(title, "", columns)
    single, blind = figures.baselines.single_pass, figures.class_blind
    table.add_row(
        "compare", *_rates(figures), _share(figures.map), *_wrong(figures), _speed(figures)
    )
    table.add_row("  any type", *_rates(blind), "", *_wrong(blind), "")
    table.add_row(
        "single pass", *_rates(single), _share(single.map), *_wrong(single), _speed(single)
    )
    difference = figures.baselines.difference
    table.add_row("difference", *_rates(difference), "", *_wrong(difference), "")
    return table


def _types(figures: Figures) -> Table:
    columns = ("P", "R", "F", "AP", "misses", "false alarms", "proposed")
    table = _table("", "type", columns)
    for label, known in figures.per_type.items():
        proposed = figures.proposal_recall_per_type.get(label)
        precision = _share(known.average_precision)
        table.add_row(label, *_rates(known), precision, *_wrong(known), _share(proposed))
    return table


def _confusion(confusion: Confusion) -> Table:
    """Rows are what was there, columns what it was called."""
    rows = sorted(confusion, key=lambda label: (label == NOTHING, label))
    given = {name for names in confusion.values() for name in names}
    columns = sorted(given, key=lambda name: (name == MISSED, name))
    table = _table("", "was ↓ called →", columns)
    for row in rows:
        counts = (confusion[row].get(name, 0) for name in columns)
        table.add_row(row, *(str(count) if count else "·" for count in counts))
    return table


def _notes(figures: Figures) -> str:
    low, high = figures.intervals.f_score
    usage = figures.usage
    lines = [
        f"F {figures.f_score:.3f}, 95 % of resampled pairs give {low:.3f} to {high:.3f}",
        "difference: whatever the type; "
        f"F {figures.baselines.difference.best_f_score:.3f} at the least area that suits it best",
        f"{figures.not_comparable} pairs not comparable",
        f"{usage.model_calls} model calls, {usage.image_encodes} images, "
        f"{usage.prefill_tokens} tokens read, {usage.new_tokens} written",
        f"weights {figures.revision}",
        *(f"no report on {reason}" for reason in figures.failed),
    ]
    return "\n".join(lines)


def _table(title: str, first: str, columns: Iterable[str]) -> Table:
    table = Table(title=title or None, title_justify="left", box=SIMPLE, pad_edge=False)
    table.add_column(first, no_wrap=True)
    for column in columns:
        longest_word = max(map(len, column.split()))
        table.add_column(column, justify="right", min_width=longest_word)
    return table


def _rates(rates: Rates) -> tuple[str, str, str]:
    """No precision where nothing was detected."""
    precision = rates.precision if rates.right + rates.false_alarms else None
    return _share(precision), _share(rates.recall), _share(rates.f_score)


def _wrong(rates: Rates) -> tuple[str, str]:
    return str(rates.misses), str(rates.false_alarms)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _speed(timed: Detected) -> str:
    return f"{timed.pairs_per_second:.2f}"
