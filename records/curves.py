"""A calibration as a page draws it: two small charts over scores from 0 to 1."""

from collections.abc import Iterable
from dataclasses import dataclass

from foveal.schemas.calibration import Calibration

WIDTH, HEIGHT = 240, 120

_LEAST_RADIUS, _MOST_RADIUS = 1.5, 5.0


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    radius: float
    """Its area grows with how many regions it stands for."""

    title: str


@dataclass(frozen=True)
class Curves:
    calibration: Calibration
    escape: str
    overkill: str
    """Corners of steps, as SVG writes them."""

    review: tuple[float, float]
    """Between the limits, in pixels across."""

    dots: list[Dot]


def curves_of(calibration: Calibration | None) -> Curves | None:
    if calibration is None:
        return None
    limits = calibration.pass_below, calibration.fail_from
    return Curves(
        calibration=calibration,
        escape=_steps((known.score, known.escape) for known in calibration.rates),
        overkill=_steps((known.score, known.overkill) for known in calibration.rates),
        review=(_across(limits[0].score), _across(limits[1].score)),
        dots=_dots(calibration),
    )


def _steps(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{_across(x):.1f},{_down(y):.1f}" for x, y in points)


def _dots(calibration: Calibration) -> list[Dot]:
    most = max((known.regions for known in calibration.reliability), default=1)
    return [
        Dot(
            x=_across(known.confidence),
            y=_down(known.wrong),
            radius=max(_LEAST_RADIUS, _MOST_RADIUS * (known.regions / most) ** 0.5),
            title=f"{known.regions:,} regions at {known.confidence:.2f}: {known.wrong:.2f} wrong",
        )
        for known in calibration.reliability
    ]


def _across(score: float) -> float:
    return score * WIDTH


def _down(rate: float) -> float:
    return HEIGHT - rate * HEIGHT
