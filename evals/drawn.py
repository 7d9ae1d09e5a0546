"""Freshly drawn boards, scored as DeepPCB's are: for whoever has no labelled boards at hand.

    foveal eval drawn [--limit N] [--json]

They come from the generator that training drew from, by seeds that training never used: figures
here say how well the model learned, not how well it does on boards of another origin.
"""

from functools import partial

from rich.console import RenderableType

from foveal.evals.figures import Figures, run_on
from foveal.evals.labels import in_terms_of, require_labels
from foveal.evals.matching import Truth
from foveal.evals.options import EvalOptions
from foveal.evals.pairs import LabelledPair
from foveal.evals.seeds import DRAWN, generator, seed_range
from foveal.evals.tables import show_figures
from foveal.tools.image import Image, image_from
from foveal.training.boards.defects import DEFECT_LABELS
from foveal.training.boards.pair import BoardPair, draw_pair

PAIRS = 200

MARGIN_PX = 7
"""By which DeepPCB's annotators drew their boxes larger than the change, so that IoU compares."""

_MOST_DEFECTS = 3
"""Of a part to decide on: where there are many, one that is missed does not let it escape."""


def run(options: EvalOptions) -> dict[str, object]:
    require_labels(options.workflow, DEFECT_LABELS)
    drawn = [drawn_pair(DRAWN, index) for index in range(options.limit or PAIRS)]
    pairs = in_terms_of(options.workflow, drawn)
    return run_on(pairs, options, boards=f"drawn from seeds {seed_range(DRAWN, len(pairs))}")


def show(figures: dict[str, object]) -> RenderableType:
    return show_figures(Figures.model_validate(figures))


def drawn_pair(series: int, index: int, *, defects: int | None = None) -> LabelledPair:
    """Board `index` of a series of seeds; `defects` is how many to attempt, else 0 to 14."""
    drawn = draw_pair(generator(series, index), defects=defects)
    name = f"drawn {series}-{index}"
    return LabelledPair(name, _truths(drawn), partial(_images, drawn, name))


def drawn_part(series: int, index: int) -> LabelledPair:
    """As parts to decide on come: without a defect, and with one to three, in turn."""
    return drawn_pair(series, index, defects=1 + (index // 2) % _MOST_DEFECTS if index % 2 else 0)


def _truths(drawn: BoardPair) -> tuple[Truth, ...]:
    height, width = drawn.tested.shape
    return tuple(
        Truth(defect.label, defect.box.grown(MARGIN_PX).clipped((width, height)))
        for defect in drawn.defects
    )


def _images(drawn: BoardPair, name: str) -> tuple[Image, Image]:
    return image_from(drawn.template, f"{name}, template"), image_from(drawn.tested, name)
