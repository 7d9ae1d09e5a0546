"""How truly images are laid over each other, and whether different boards are told apart.

    foveal eval align [--data DIR] [--limit N] [--json]

Each board is scanned twice, the second time with up to 40 px of shift, 5° of turn, 5 % of scale
and 30 % of exposure. With DIR, laid out as for `deeppcb`, scans of real boards are moved as well.
"""

from collections.abc import Callable, Sequence
from time import perf_counter

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import RenderableType
from rich.table import Table

from foveal.evals.deeppcb import read_pairs
from foveal.evals.moved import MovedPair, drawn_moved, real_moved
from foveal.evals.options import EvalOptions
from foveal.evals.pairs import spread
from foveal.evals.seeds import ALIGNED, generator, seed_range
from foveal.schemas.base import Strict
from foveal.tools.align import Alignment, align
from foveal.tools.image import size_of
from foveal.tools.motion import through

BOARDS = 200

_LIMIT_PX = 1.0
_GRID = 9
_STEEP = 0.4
"""Share of the steepest slope from which a pixel counts as an edge."""

Points = NDArray[np.float64]


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


def run(options: EvalOptions) -> dict[str, object]:
    count = options.limit or BOARDS
    real = spread(read_pairs(options.data), count) if options.data else []
    total = count + len(real)

    def drawn_pair(index: int) -> MovedPair:
        options.progress(index + 1, total)
        return drawn_moved(generator(ALIGNED, index))

    def real_pair(index: int) -> MovedPair:
        options.progress(count + index + 1, total)
        return real_moved(generator(ALIGNED, index), real[index])

    return AlignFigures(
        seeds=seed_range(ALIGNED, count),
        drawn=measure([drawn_pair(index) for index in range(count)]),
        real=measure([real_pair(index) for index in range(len(real))]) if real else None,
    ).model_dump()


def measure(pairs: Sequence[MovedPair]) -> Aligned:
    """Every pair by itself, then every template on the board half a list away."""
    started = perf_counter()
    found = [align(pair.template, pair.tested) for pair in pairs]
    seconds = perf_counter() - started
    at_edges = _distances(_missed_px, pairs, found)
    everywhere = _distances(_missed_everywhere_px, pairs, found)
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
    missed_px: Callable[[MovedPair, Alignment], float],
    pairs: Sequence[MovedPair],
    found: Sequence[Alignment],
) -> NDArray[np.float64]:
    distances = [
        missed_px(pair, one) if one.comparable else np.inf
        for pair, one in zip(pairs, found, strict=True)
    ]
    return np.array(distances)


def _missed_px(pair: MovedPair, found: Alignment) -> float:
    """Root mean square over what of the template's edges the tested image shows."""
    points, normals = _edges(pair)
    missed = _missed(pair, found, points)
    across = (missed * normals).sum(1)
    return _root_mean_square(across[np.isfinite(across)])


def _missed_everywhere_px(pair: MovedPair, found: Alignment) -> float:
    width, height = size_of(pair.template)
    xs, ys = np.meshgrid(np.linspace(0, width - 1, _GRID), np.linspace(0, height - 1, _GRID))
    missed = _missed(pair, found, np.stack([xs.ravel(), ys.ravel()], axis=1))
    far = np.hypot(missed[:, 0], missed[:, 1])
    return _root_mean_square(far[np.isfinite(far)])


def _missed(pair: MovedPair, found: Alignment, points: Points) -> Points:
    """How far the found motion takes template points beyond the true one, in template pixels.

    NaN for points that the tested image does not show.
    """
    there = through(pair.truth, points)
    inside = (there >= 0) & (there <= np.array(size_of(pair.tested)) - 1)
    missed = through(np.linalg.inv(pair.truth) @ found.matrix, points) - points
    return np.where(inside.all(axis=1, keepdims=True), missed, np.nan)


def _edges(pair: MovedPair) -> tuple[Points, Points]:
    """Places of edges in the template, and the unit vectors across them."""
    smooth = cv2.GaussianBlur(pair.template.astype(np.float32), (0, 0), 1.5)
    slope = np.stack([cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)])
    steepness = np.hypot(*slope)
    y, x = np.nonzero(steepness > _STEEP * max(float(steepness.max()), 1.0))
    return np.stack([x, y], axis=1).astype(float), (slope[:, y, x] / steepness[y, x]).T


def _root_mean_square(values: NDArray[np.float64]) -> float:
    return float(np.sqrt((values**2).mean())) if len(values) else 0.0


def show(figures: dict[str, object]) -> RenderableType:
    known = AlignFigures.model_validate(figures)
    columns = {"drawn": known.drawn} | ({"real": known.real} if known.real else {})
    table = Table("", *columns, title=f"align, drawn from seeds {known.seeds}")
    for name, text in _ROWS.items():
        table.add_row(name, *(text(column) for column in columns.values()))
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
