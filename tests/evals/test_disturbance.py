import numpy as np
import pytest

from foveal.evals.disturbance import (
    JITTERS,
    MOST_GAIN,
    MOST_OFFSET,
    MOST_SCALING,
    MOST_SHIFT_PX,
    Disturbance,
    Jitter,
)
from foveal.schemas.box import Box
from foveal.schemas.errors import BadData
from foveal.tools.image import Image, image_from

SQUARE = Box(150, 40, 190, 90)


@pytest.fixture
def image() -> Image:
    pixels = np.full((160, 240), 200, np.uint8)
    pixels[SQUARE.y1 : SQUARE.y2, SQUARE.x1 : SQUARE.x2] = 20
    return image_from(pixels, "square")


def square_on(image: Image) -> Box:
    rows, columns = np.nonzero(image.pixels < 110)
    return Box(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)


def test_undisturbed_an_image_only_loses_its_rim(image: Image) -> None:
    seen = Disturbance().applied(image)

    rim = SQUARE.x1 - square_on(seen).x1
    assert np.array_equal(seen.pixels, image.pixels[rim:-rim, rim:-rim])


@pytest.mark.parametrize(
    "disturbance",
    [
        Disturbance(dx=2.6, dy=-1.7),
        Disturbance(scale=1.01),
        Disturbance(scale=0.99),
        Disturbance(dx=-3, dy=3, scale=1.01, gain=1.03, offset=-8),
    ],
    ids=str,
)
def test_where_something_was_is_known_after_it_was_moved(
    image: Image, disturbance: Disturbance
) -> None:
    before, after = Disturbance().applied(image), disturbance.applied(image)

    undone = disturbance.undone(square_on(after), after.size)

    assert after.size == before.size
    assert np.abs(undone - square_on(before)).max() <= 0.6  # of a pixel: edges are found in whole
    assert np.abs(np.array(square_on(after)) - square_on(before)).max() >= 0.6


def test_light_changes_gain_and_offset(image: Image) -> None:
    seen = Disturbance(gain=1.02, offset=-3).applied(image)

    assert sorted(np.unique(seen.pixels)) == [17, 201]


def test_no_pixel_is_made_up_at_the_rim() -> None:
    """Beyond the image OpenCV puts black."""
    white = image_from(np.full((160, 240), 255, np.uint8), "white")
    corner = Disturbance(dx=MOST_SHIFT_PX, dy=-MOST_SHIFT_PX, scale=1 - MOST_SCALING)

    assert corner.applied(white).pixels.min() == 255


def test_colours_are_kept() -> None:
    red = image_from(np.full((80, 80, 3), (200, 10, 10), np.uint8), "red")

    seen = Disturbance(dx=0.5).applied(red)

    assert np.unique(seen.pixels.reshape(-1, 3), axis=0).tolist() == [[200, 10, 10]]


def test_an_image_smaller_than_its_rim_is_refused() -> None:
    speck = image_from(np.zeros((40, 40), np.uint8), "speck")

    with pytest.raises(BadData, match=r"'speck' of \(40, 40\) pixels is too small"):
        Disturbance().applied(speck)


CHANGED = {
    "shift": {"dx", "dy"},
    "light": {"gain", "offset"},
    "scale": {"scale"},
    "order": {"tested_first"},
}


@pytest.mark.parametrize("kind", JITTERS)
def test_only_what_is_named_is_disturbed(kind: Jitter) -> None:
    drawn = vars(Disturbance.drawn(np.random.default_rng(0), [kind]))

    assert {name for name, value in vars(Disturbance()).items() if drawn[name] != value} == (
        CHANGED[kind]
    )


def test_disturbances_are_small_and_the_same_for_a_seed() -> None:
    drawn, again = (
        [Disturbance.drawn(rng, JITTERS) for _ in range(200)]
        for rng in (np.random.default_rng(5), np.random.default_rng(5))
    )

    assert drawn == again
    assert 0 < max(abs(known.dx) for known in drawn) <= MOST_SHIFT_PX
    assert 0 < max(abs(known.gain - 1) for known in drawn) <= MOST_GAIN
    assert 0 < max(abs(known.offset) for known in drawn) <= MOST_OFFSET
    assert 0 < max(abs(known.scale - 1) for known in drawn) <= MOST_SCALING
    assert 50 < sum(known.tested_first for known in drawn) < 150
