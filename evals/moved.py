"""Scans of one board whose true motion is known."""

from dataclasses import dataclass
from math import ceil

import cv2
import numpy as np
from numpy.random import Generator

from foveal.evals.distance import across_edges_px
from foveal.evals.pairs import LabelledPair
from foveal.tools.align import align
from foveal.tools.image import Pixels, size_of
from foveal.tools.motion import Matrix, reach, translation
from foveal.tools.tone import grey
from foveal.training.boards.defects import DEFECT_LABELS, add_defect
from foveal.training.boards.layout import draw_layout
from foveal.training.boards.pair import SIZE_PX
from foveal.training.boards.scan import Motion, develop, random_scanner, scan

MOST_SHIFT_PX = 40.0
MOST_TURN_DEGREES = 5.0
MOST_SCALING = 0.05
MOST_EXPOSURE = 0.3

_RIM_PX = 128
"""Board beyond the scan: the farthest that a corner moves, with some to spare."""

_LEAST_SIDE_PX = 256

_AGREE_PX = 0.5

_SMOOTHING_PX = (8, 3, 1)


@dataclass(frozen=True, eq=False)
class MovedPair:
    template: Pixels
    tested: Pixels
    truth: Matrix
    """Template pixels → tested pixels."""


def random_motion(rng: Generator) -> Motion:
    dx, dy = rng.uniform(-MOST_SHIFT_PX, MOST_SHIFT_PX, 2)
    turn = rng.uniform(-MOST_TURN_DEGREES, MOST_TURN_DEGREES)
    return Motion(float(dx), float(dy), float(turn), float(1 + _within(rng, MOST_SCALING)))


def drawn_moved(rng: Generator) -> MovedPair:
    """Two scans of a drawn board, the second moved, damaged and otherwise exposed."""
    board, scanner = draw_layout(rng, SIZE_PX + 2 * _RIM_PX), random_scanner(rng)
    motion = random_motion(rng)
    template = scan(rng, board, scanner, Motion(), size=SIZE_PX)
    tested = scan(rng, board, scanner, motion, size=SIZE_PX)
    for label in rng.choice(DEFECT_LABELS, int(rng.integers(0, 15))):
        add_defect(rng, tested, label, keep_clear=[])
    return MovedPair(
        develop(rng, template, scanner),
        _exposed(rng, develop(rng, tested, scanner)),
        np.vstack([motion.matrix(SIZE_PX), [0, 0, 1]]),
    )


def real_moved(rng: Generator, pair: LabelledPair) -> MovedPair | None:
    """A real pair with the tested scan moved further, both cut to what needs nothing made up.

    None where the motion that the scans came with is not known well enough, or where they are too
    small to be moved so far.
    """
    template, tested = (grey(image.pixels) for image in pair.read())
    size = size_of(tested)
    further = np.vstack([random_motion(rng).matrix(max(size)), [0, 0, 1]])
    rim = ceil(reach(further, size))
    along = agreed_motion(template, tested)
    if along is None or min(size) - 2 * rim < _LEAST_SIDE_PX:
        return None
    moved = cv2.warpPerspective(tested, further, size, borderMode=cv2.BORDER_REPLICATE)
    into = translation(rim, rim)
    return MovedPair(
        _without_rim(template, rim),
        _exposed(rng, _without_rim(moved.astype(np.uint8), rim)),
        np.linalg.inv(into) @ further @ along @ into,
    )


def agreed_motion(template: Pixels, tested: Pixels) -> Matrix | None:
    """The motion between nearly aligned scans, where a second method finds the same.

    What defects or straight traces mislead the one to, the other seldom finds too.
    """
    if template.shape != tested.shape:
        return None
    found, other = align(template, tested), motion_by_ecc(template, tested)
    if other is None or not found.comparable:
        return None
    agree = across_edges_px(template, found.matrix, other) <= _AGREE_PX
    return other if agree else None


def motion_by_ecc(template: Pixels, tested: Pixels) -> Matrix | None:
    """The affine motion that correlates best (Evangelidis & Psarakis 2008)."""
    found = np.eye(2, 3)
    for smoothing in _SMOOTHING_PX:
        there, here = (cv2.GaussianBlur(image, (0, 0), smoothing) for image in (template, tested))
        enough = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 50, 1e-5)
        start = found.astype(np.float32)
        try:
            _, better = cv2.findTransformECC(there, here, start, cv2.MOTION_AFFINE, enough)
        except cv2.error:  # images without a common edge
            return None
        found = np.asarray(better, np.float64)
    return np.vstack([found, [0, 0, 1]])


def _within(rng: Generator, most: float) -> float:
    return float(rng.uniform(-most, most))


def _exposed(rng: Generator, pixels: Pixels) -> Pixels:
    brighter = pixels * (1 + _within(rng, MOST_EXPOSURE))
    exposed: Pixels = np.clip(np.rint(brighter), 0, 255).astype(np.uint8)
    return exposed


def _without_rim(pixels: Pixels, rim: int) -> Pixels:
    return np.ascontiguousarray(pixels[rim:-rim, rim:-rim])
