"""What was found on a part that nobody drew: facts at random, for documents to be written of."""

import numpy as np
from numpy.random import Generator

from foveal.agents.facts import Defect, Facts
from foveal.agents.instructions import Language
from foveal.schemas.box import Box
from foveal.schemas.verdict import Verdict
from foveal.training.wordings import Wording

_COUNTS = (0.15, 0.19, 0.18, 0.13, 0.1, 0.07, 0.05, 0.04, 0.03, 0.02, 0.02, 0.01, 0.01)
"""How often a part has none, one, two … findings."""

_SCALED = 0.8
_DATED = 0.7
_DIVIDED = 0.5

_HALVES = {"left": Box(0, 0, 500, 1000), "right": Box(500, 0, 1000, 1000)}
_ROWS = {"top": Box(0, 0, 1000, 500), "bottom": Box(0, 500, 1000, 1000)}
_EDGE = {"connector": Box(0, 800, 1000, 1000), "middle": Box(250, 250, 750, 750)}
_NAMED = {"zone 1": Box(0, 0, 400, 1000), "zone 2": Box(400, 0, 1000, 1000)}
_QUARTERS = {"top left": Box(0, 0, 500, 500), "top right": Box(500, 0, 1000, 500),
             "bottom left": Box(0, 500, 500, 1000),
             "bottom right": Box(500, 500, 1000, 1000)}  # fmt: skip
_TRANSLATED = {"left": "左", "right": "右", "top": "上", "bottom": "下", "connector": "接口",
               "middle": "中间", "zone 1": "区域1", "zone 2": "区域2",
               "top left": "左上", "top right": "右上", "bottom left": "左下",
               "bottom right": "右下"}  # fmt: skip

_STEMS = ("board", "part", "lot", "img", "SN", "template", "tested", "compare", "inspect", "pcb",
          "line", "incoming", "scan", "unit", "front", "back", "sample", "top")  # fmt: skip
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_BETWEEN = ("", "-", "_", " ", ".")

_DIVISIONS = (_HALVES, _ROWS, _EDGE, _NAMED, _QUARTERS)


def draw_facts(rng: Generator, wording: Wording) -> Facts:
    labels = tuple(label.name for kind, label in wording.labels.items() if kind != "none")
    width, height = (int(side) for side in rng.integers(120, 1600, 2))
    decimals = int(rng.integers(1, 4)) if rng.random() < _SCALED else None
    count = int(rng.choice(len(_COUNTS), p=_COUNTS))
    usual = [str(label) for label in rng.permutation(labels)]
    drawn = (_defect(rng, usual, (width, height), decimals=decimals) for _ in range(count))
    defects = sorted(drawn, key=lambda defect: -defect.confidence)
    return Facts(
        verdict=_verdict(rng, count),
        defects=tuple(defects),
        labels=labels,
        part=f"{_name(rng)}{rng.choice(('', '.png', '.jpg'))}",
        size_px=(width, height),
        workflow=_name(rng),
        coverage=float(rng.choice((1.0, 0.99, round(float(rng.uniform(0.9, 1)), 2)))),
        date=_date(rng) if rng.random() < _DATED else None,
        regions=_regions(rng, wording.language) if rng.random() < _DIVIDED else {},
    )


def in_english(region: str) -> str:
    """Its name, as properties are often named whatever the language of the rest."""
    return next((name for name, known in _TRANSLATED.items() if known == region), region)


def _verdict(rng: Generator, count: int) -> Verdict:
    """A part with findings may be one for a person to decide, and so may one without."""
    if rng.random() < 0.2:
        return "review"
    return "fail" if count else "pass"


def _defect(
    rng: Generator, usual: list[str], size_px: tuple[int, int], *, decimals: int | None
) -> Defect:
    """`usual` labels come first, so that the same one is often counted more than once."""
    label = usual[min(int(rng.geometric(0.4)) - 1, len(usual) - 1)]
    x1, y1 = (int(rng.integers(side - 40)) for side in size_px)
    width, height = (int(side) for side in rng.integers(3, 40, 2))
    return Defect(
        label=label,
        box=Box(x1, y1, x1 + width, y1 + height),
        size_mm=None if decimals is None else _size_mm(rng, decimals),
        confidence=round(1 - float(rng.beta(1, 4)), 2),
    )


def _size_mm(rng: Generator, decimals: int) -> float:
    return round(max(0.1, float(np.exp(rng.uniform(-2.5, 1.5)))), decimals)


def _name(rng: Generator) -> str:
    """Pieces that nobody could guess, so that a name is copied from what was told."""
    pieces = [_piece(rng) for _ in range(int(rng.integers(1, 4)))]
    return str(rng.choice(_BETWEEN)).join(pieces)


def _piece(rng: Generator) -> str:
    kind = rng.random()
    if kind < 0.4:
        return str(rng.choice(_STEMS))
    if kind < 0.7:
        return f"{int(rng.integers(10 ** int(rng.integers(1, 6))))}"
    letters = rng.choice(list(_LETTERS), int(rng.integers(1, 6)))
    return "".join(letters)


def _date(rng: Generator) -> str:
    year, month, day = rng.integers((2024, 1, 1), (2031, 13, 29))
    return f"{year}-{month:02}-{day:02}"


def _regions(rng: Generator, language: Language) -> dict[str, Box]:
    division = _DIVISIONS[int(rng.integers(len(_DIVISIONS)))]
    return {name if language == "en" else _TRANSLATED[name]: box for name, box in division.items()}
