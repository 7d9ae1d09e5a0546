"""Gauss-Newton refinement of a motion on edge pixels (Baker & Matthews 2004, robust weights).

`cv2.findTransformECC` answers the same question from all pixels: ten times slower, and defects
draw it off.
"""

from typing import NamedTuple

import cv2
import numpy as np

from foveal.tools.edges import FEWEST_EDGES, Edges, Floats
from foveal.tools.motion import Matrix, Motion, normalised
from foveal.tools.tone import Grey

_STEPS = 8
_STILL_PX = 0.03
_CAUCHY = 3.5
"""Weight is halved at so many medians, 2.4 standard deviations of normal errors: what does not fit
by then is a defect."""

_DAMPING = 1e-3
"""Share of the average certainty below which a direction of motion counts as undetermined."""

_LEAST_GAIN = 0.05
"""Edges that fall on a plain area would fit well, with a gain of zero."""

_MOST_EDGES = 0.75
"""Share of edges that the residual covers: the rest may be defects, or not in the picture."""


class Refined(NamedTuple):
    """A motion, and how far off their place most edges are under it, at most, in pixels."""

    motion: Matrix
    residual_px: float


def refine(edges: Edges, tested: Grey, start: Matrix, *, motion: Motion) -> Refined:
    """The motion near `start` under which the template's edges lie on those of `tested`.

    Catches what is off by no more than the smoothing of both images; gain and offset of the
    exposure are solved along. Infinitely far off where too few edges are in the picture.
    """
    rows = np.vstack([_slopes(edges, motion), edges.level / 128, np.ones_like(edges.level)])
    found, weight, off = start, np.ones_like(edges.level), np.empty(0, np.float32)
    for _ in range(_STEPS):
        there = _sample(tested, edges, found)
        seen = np.isfinite(there)
        if np.count_nonzero(seen) < FEWEST_EDGES:
            return Refined(start, float("inf"))
        error = np.where(seen, there - edges.level, 0)
        solution = _solve(rows, error, weight * seen)
        left = np.abs(error - solution @ rows)
        weight = 1 / (1 + (left / (_CAUCHY * np.median(left[seen]) + 1)) ** 2)
        gain = max(1 + float(solution[-2]) / 128, _LEAST_GAIN)
        off = left[seen] / edges.steepness[seen] / gain
        # A low gain may as well be a wrong place; steps too short only take longer.
        step = solution[:-2] / max(gain, 1)
        found = normalised(found @ np.linalg.inv(_as_matrix(step, motion, edges.unit)))
        if np.abs(step).max() < _STILL_PX:
            break
    return Refined(found, float(np.quantile(off, _MOST_EDGES)))


def _sample(tested: Grey, edges: Edges, motion: Matrix) -> Floats:
    """Levels of `tested` where the motion takes the edges; NaN outside."""
    to_tested = motion @ edges.unit
    x, y, depth = (to_tested[:, :2] @ edges.place + to_tested[:, 2:]).astype(np.float32)
    levels = cv2.remap(
        tested,
        x / depth,
        y / depth,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=np.nan,
    )
    return levels.ravel().astype(np.float32, copy=False)


def _solve(rows: Floats, error: Floats, weight: Floats) -> Floats:
    """Weighted least squares, damped where edges say little: along parallel traces it stays put."""
    weighted = rows * weight
    normal = (weighted @ rows.T).astype(np.float64)
    damping = np.full(len(rows), _DAMPING * np.trace(normal[:-2, :-2]) / (len(rows) - 2))
    damping[-2:] = 1e-6
    return np.linalg.solve(normal + np.diag(damping), weighted @ error).astype(np.float32)


def _slopes(edges: Edges, motion: Motion) -> Floats:
    """Change of level per pixel of each parameter, all in pixels at half a side from the middle."""
    dx, dy = edges.gradient
    x, y = edges.place
    outward = dx * x + dy * y
    columns = {
        "translation": (dx, dy),
        "similarity": (dx, dy, outward, dy * x - dx * y),
        "affine": (dx, dy, dx * x, dx * y, dy * x, dy * y),
        "perspective": (dx, dy, dx * x, dx * y, dy * x, dy * y, -outward * x, -outward * y),
    }
    return np.stack(columns[motion])


def _as_matrix(step: Floats, motion: Motion, unit: Matrix) -> Matrix:
    p = np.zeros(8)
    p[: len(step)] = step / unit[0, 0]
    if motion == "similarity":
        p[2:6] = p[2], -p[3], p[3], p[2]
    local = np.array([[1 + p[2], p[3], p[0]], [p[4], 1 + p[5], p[1]], [p[6], p[7], 1]])
    moved: Matrix = unit @ local @ np.linalg.inv(unit)
    return moved
