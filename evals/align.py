"""How truly images are laid over each other, and whether different boards are told apart.

    foveal eval align [--data DIR] [--limit N] [--json]

Each board is scanned twice, the second time with up to 40 px of shift, 5° of turn, 5 % of scale
and 30 % of exposure. With DIR, laid out as for `deeppcb`, scans of real boards are moved as well.
"""

from collections.abc import Callable, Sequence
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from rich.box import SIMPLE
from rich.console import RenderableType
from rich.table import Table

from foveal.evals.deeppcb import read_pairs
from foveal.evals.distance import across_edges_px, everywhere_px
from foveal.evals.moved import MovedPair, drawn_moved, real_moved
from foveal.evals.options import EvalOptions
from foveal.evals.pairs import spread
from foveal.evals.seeds import ALIGNED, generator, seed_range
from foveal.schemas.base import Strict
from foveal.tools.align import Alignment, align
from foveal.tools.image import Pixels
from foveal.tools.motion import Matrix

BOARDS = 200

_LIMIT_PX = 1.0


class Aligned(Strict):
    """Distances are root mean squares a pair; a pair called not comparable counts as missed.

    `within_1_px` is across the edges of the template, all that a picture can tell: along a bundle
    of straight traces any motion fits. `everywhere_within_1_px` is over the whole image.
    """

    pairs: int
    within_1_px: float
    everywhere_within_1_px: float
    median_px: float
    refused: int
    different_pairs: int
    different_refused: float
    pairs_per_second: float


class AlignFigures(Strict):
    seeds: str
    drawn: Aligned
    real: Aligned | None
    real_left_out: int
    """Pairs whose true motion is unknown."""


def run(options: EvalOptions) -> dict[str, object]:
    count = options.limit or BOARDS
    real = spread(read_pairs(options.data), count) if options.data else []
    total = count + len(real)

    def drawn_pair(index: int) -> MovedPair:
        options.progress(index + 1, total)
        return drawn_moved(generator(ALIGNED, index))

    def real_pair(index: int) -> MovedPair | None:
        options.progress(count + index + 1, total)
        return real_moved(generator(ALIGNED, index), real[index])

    drawn = [drawn_pair(index) for index in range(count)]
    found = [pair for index in range(len(real)) if (pair := real_pair(index))]
    return AlignFigures(
        seeds=seed_range(ALIGNED, count),
        drawn=measure(drawn),
        real=measure(found) if found else None,
        real_left_out=len(real) - len(found),
    ).model_dump()


def show(figures: dict[str, object]) -> RenderableType:
    known = AlignFigures.model_validate(figures)
    columns = {"drawn": known.drawn} | ({"real": known.real} if known.real else {})
    table = Table("", *columns, box=SIMPLE, title=f"align, drawn from seeds {known.seeds}")
    for name, text in _ROWS.items():
        table.add_row(name, *(text(column) for column in columns.values()))
    if known.real_left_out:
        table.caption = f"{known.real_left_out} real pairs left out: their motion is unknown"
    return table


_ROWS: dict[str, Callable[[Aligned], str]] = {
    "pairs": lambda known: str(known.pairs),
    "within 1 px across edges": lambda known: f"{known.within_1_px:.1%}",
    "  over the whole image": lambda known: f"{known.everywhere_within_1_px:.1%}",
    "median": lambda known: f"{known.median_px:.2f} px",
    "same board, called not comparable": lambda known: str(known.refused),
    "different boards, called not comparable": lambda known: f"{known.different_refused:.1%}",
    "alignments a second": lambda known: f"{known.pairs_per_second:.1f}",
}


def measure(pairs: Sequence[MovedPair]) -> Aligned:
    """Every pair by itself, then every template on the board half a list away."""
    started = perf_counter()
    found = [align(pair.template, pair.tested) for pair in pairs]
    seconds = perf_counter() - started
    at_edges = _distances(across_edges_px, pairs, found)
    everywhere = _distances(everywhere_px, pairs, found)
    others = [*pairs[len(pairs) // 2 :], *pairs[: len(pairs) // 2]] if len(pairs) > 1 else []
    different = [
        align(pair.template, other.tested) for pair, other in zip(pairs, others, strict=False)
    ]
    return Aligned(
        pairs=len(pairs),
        within_1_px=float((at_edges <= _LIMIT_PX).mean()),
        everywhere_within_1_px=float((everywhere <= _LIMIT_PX).mean()),
        median_px=float(np.median(at_edges)),
        refused=sum(not one.comparable for one in found),
        different_pairs=len(different),
        different_refused=float(np.mean([not one.comparable for one in different] or [True])),
        pairs_per_second=len(pairs) / seconds,
    )


def _distances(
    distance_px: Callable[[Pixels, Matrix, Matrix], float],
    pairs: Sequence[MovedPair],
    found: Sequence[Alignment],
) -> NDArray[np.float64]:
    distances = [
        distance_px(pair.template, one.matrix, pair.truth) if one.comparable else np.inf
        for pair, one in zip(pairs, found, strict=True)
    ]
    return np.array(distances)
