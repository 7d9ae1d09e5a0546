"""A repeatability study: how much of a verdict depends on what should not matter.

    foveal gauge WORKFLOW [DATA] [--repeats N] [--jitter shift,light,scale,order] [--json]

Each part is inspected as it is, once more as it is (`again`), under each disturbance apart, and
under all `together`; a seed fixes every disturbance. Where nothing is compared, no order is turned.
Parts are compared with themselves only: how right a verdict is, other evals say.
"""

from collections.abc import Callable
from dataclasses import dataclass

from rich.box import SIMPLE
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from foveal.evals.deeppcb import read_pairs
from foveal.evals.disturbance import JITTERS, Jitter
from foveal.evals.drawn import drawn_part
from foveal.evals.labelled import read_labelled
from foveal.evals.options import EvalOptions
from foveal.evals.order_bias import OrderBias
from foveal.evals.pairs import LabelledPair, spread
from foveal.evals.repeatability import Repeatability, Study, measure
from foveal.evals.seeds import GAUGED, seed_range
from foveal.evals.share import Share
from foveal.evals.steadiness import Spread, Steadiness

PARTS = 40
REPEATS = 10


@dataclass(frozen=True, kw_only=True)
class GaugeOptions(EvalOptions):
    """`limit` is how many parts; of drawn ones, half are without a defect."""

    repeats: int = REPEATS
    jitter: tuple[Jitter, ...] = JITTERS


class GaugeFigures(Repeatability):
    source: str
    parts: int
    repeats: int
    """Of each part under each disturbance; one suffices where only the order is turned."""

    model: str
    revision: str


def run(options: GaugeOptions) -> dict[str, object]:
    parts, source = _parts(options)
    model = options.load_model()
    study = Study(options.workflow, model, options.jitter, options.repeats)
    found = measure(study, parts, progress=options.progress)
    return GaugeFigures.model_validate(
        dict(found)
        | {
            "source": source,
            "parts": len(parts),
            "repeats": options.repeats,
            "model": model.name,
            "revision": model.revision,
        }
    ).model_dump()


def _parts(options: GaugeOptions) -> tuple[list[LabelledPair], str]:
    if options.data is not None and options.data.is_dir():  # whose labels need not be known
        parts = spread(read_pairs(options.data), options.limit)
        return parts, f"{len(parts)} pairs of {options.data.name}"
    if options.data is not None:
        labelled = read_labelled(
            str(options.data), options.workflow, series=GAUGED, limit=options.limit
        )
        return labelled.pairs, labelled.name
    parts = [drawn_part(GAUGED, index) for index in range(options.limit or PARTS)]
    return parts, f"drawn from seeds {seed_range(GAUGED, len(parts))}"


def show(figures: dict[str, object]) -> RenderableType:
    known = GaugeFigures.model_validate(figures)
    title = f"{known.model}, {known.repeats} repeats of {known.parts} parts, {known.source}"
    table = Table(title=title, title_justify="left", box=SIMPLE, pad_edge=False)
    table.add_column(no_wrap=True)
    for condition in known.conditions:
        table.add_column(condition, justify="right", no_wrap=True)
    for name, text in _ROWS:
        table.add_row(name, *map(text, known.conditions.values()))
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in known.verdicts.items())
    lines = [f"undisturbed: {verdicts}", *_order(known.order_bias), f"weights {known.revision}"]
    return Group(table, Text("\n".join(lines)))


def _order(bias: OrderBias | None) -> list[str]:
    if bias is None:
        return []
    low, high = bias.interval
    return [
        f"tested part shown first: P(wrong) {bias.wrong:+.3f} ({low:+.3f} to {high:+.3f}) at the "
        f"first look; another label at {bias.renamed} regions"
    ]


def _percent(share: Share) -> str:
    return f"{share.share:.1%}"


def _interval(share: Share) -> str:
    low, high = share.interval
    return f"{low:.0%}–{high:.0%}"


def _count(share: Share) -> str:
    return f"{share.count} of {share.of}"


def _median(spread: Spread | None) -> str:
    return "–" if spread is None else f"{spread.median:.3f}"


def _p95(spread: Spread | None) -> str:
    return "–" if spread is None else f"{spread.p95:.3f}"


_ROWS: tuple[tuple[str, Callable[[Steadiness], str]], ...] = (
    ("pass ↔ fail", lambda known: _percent(known.pass_fail.inspections)),
    ("  95 %", lambda known: _interval(known.pass_fail.inspections)),
    ("  parts with any", lambda known: _count(known.pass_fail.parts)),
    ("to or from review", lambda known: _percent(known.review.inspections)),
    ("  95 %", lambda known: _interval(known.review.inspections)),
    ("  parts with any", lambda known: _count(known.review.parts)),
    ("findings gone", lambda known: _percent(known.gone)),
    ("findings new", lambda known: _percent(known.new)),
    ("another label", lambda known: _percent(known.renamed)),
    ("box off, px", lambda known: _median(known.box_px)),
    ("  95th percentile", lambda known: _p95(known.box_px)),
    ("confidence ±", lambda known: _median(known.confidence)),
    ("  95th percentile", lambda known: _p95(known.confidence)),
)
