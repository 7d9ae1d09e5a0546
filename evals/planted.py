"""Claims about labelled parts: those that are true, and untrue ones planted where nothing is."""

from collections.abc import Iterator, Sequence

from numpy.random import Generator

from foveal.agents.inspection import Claim, Region
from foveal.evals.matching import Truth
from foveal.schemas.box import Box
from foveal.tools.image import Image, pixels_in

_SIDES_PX = 20, 48
"""Of planted boxes, as people draw them around defects."""

_EDGE_SPREAD = 20.0
"""Standard deviation of grey from which on a box holds an edge."""

_TRIES = 200
"""For each label."""


def true_claims(truths: Sequence[Truth]) -> list[Claim]:
    return [Claim(region=Region(box_px=truth.box), label=truth.label) for truth in truths]


def planted_claims(
    rng: Generator, part: Image, truths: Sequence[Truth], labels: Sequence[str]
) -> list[Claim]:
    """Every label once, if there is room; never within a defect's width of a labelled box."""
    taken = [truth.box for truth in truths]
    claims = []
    for label in labels:
        box = next(_quiet(rng, part, taken), None)
        if box is not None:
            taken.append(box)
            claims.append(Claim(region=Region(box_px=box), label=label))
    return claims


def _quiet(rng: Generator, part: Image, taken: Sequence[Box]) -> Iterator[Box]:
    width, height = part.size
    for _ in range(_TRIES):
        side = int(rng.integers(*_SIDES_PX))
        if side >= min(width, height):
            continue
        x, y = int(rng.integers(width - side)), int(rng.integers(height - side))
        box = Box(x, y, x + side, y + side)
        near = box.grown(side)
        shown = pixels_in(part.pixels, box)
        if shown.std() >= _EDGE_SPREAD and not any(near.intersection_area(one) for one in taken):
            yield box
