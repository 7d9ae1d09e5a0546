"""Parts made by hand: their defects, and a blank image to lie on."""

from collections.abc import Callable

import numpy as np
import pytest

from foveal.evals.matching import Truth
from foveal.evals.pairs import LabelledPair
from foveal.schemas.box import Box
from foveal.schemas.workflow import LabelDefinition, Scale, Term, Workflow
from foveal.tools.image import image_from

CHINESE = {"open": "断路", "short": "短路", "spur": "毛刺", "none": "正常"}

Part = Callable[..., LabelledPair]


@pytest.fixture
def workflow() -> Workflow:
    """In two languages, with a scale."""
    labels = [
        LabelDefinition(
            name=name, meaning=f"it is {name}", translations={"zh": Term(name=told, meaning="…")}
        )
        for name, told in CHINESE.items()
    ]
    return Workflow(
        name="boards",
        subject={"en": "boards", "zh": "电路板"},
        labels=labels,
        harmless="none",
        scale=Scale(px_per_mm=48),
    )


@pytest.fixture
def part() -> Part:
    """Of 640 × 640 pixels, with defects given as (label, x, y, longest side)."""
    blank = image_from(np.full((640, 640), 255, np.uint8), "blank")

    def part(*defects: tuple[str, int, int, int]) -> LabelledPair:
        truths = tuple(
            Truth(label, Box(x, y, x + side, y + side // 2)) for label, x, y, side in defects
        )
        return LabelledPair("part", truths, lambda: (blank, blank))

    return part
