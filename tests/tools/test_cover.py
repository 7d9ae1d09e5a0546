from collections.abc import Callable

import numpy as np
import pytest

from foveal.schemas.box import Box
from foveal.tools.cover import covered_by_grey, covered_by_surroundings, cut_covered
from foveal.tools.image import Image, Pixels, image_from
from foveal.tools.view import cut

SPOT = Box(20, 10, 30, 18)
WHOLE = Box(0, 0, 60, 40)

Cover = Callable[[Pixels, Box], Pixels]
COVERS = pytest.mark.parametrize("cover", [covered_by_grey, covered_by_surroundings])


@pytest.fixture
def image() -> Image:
    """Light, with a dark spot."""
    pixels = np.full((40, 60), 200, np.uint8)
    pixels[SPOT.y1 : SPOT.y2, SPOT.x1 : SPOT.x2] = 10
    return image_from(pixels, "spot.png")


@COVERS
def test_what_is_covered_is_gone_and_the_rest_stays(image: Image, cover: Cover) -> None:
    before = image.pixels.copy()

    covered = cover(image.pixels, SPOT)

    assert covered[SPOT.y1 : SPOT.y2, SPOT.x1 : SPOT.x2].min() > 100
    assert np.array_equal(image.pixels, before)
    covered[SPOT.y1 : SPOT.y2, SPOT.x1 : SPOT.x2] = 10
    assert np.array_equal(covered, before)


def test_surroundings_go_on_under_their_cover(image: Image) -> None:
    assert covered_by_surroundings(image.pixels, SPOT).min() > 190


@COVERS
def test_a_cover_over_everything_leaves_nothing(image: Image, cover: Cover) -> None:
    assert cover(image.pixels, WHOLE).std() == 0


@COVERS
def test_a_box_outside_the_pixels_is_a_mistake_of_the_programmer(
    image: Image, cover: Cover
) -> None:
    with pytest.raises(AssertionError, match="leaves pixels of size"):
        cover(image.pixels, Box(50, 10, 70, 18))


@pytest.mark.parametrize("hidden", [SPOT, SPOT.grown(30)], ids=["inside", "sticking out"])
def test_a_covered_cut_is_the_same_view_without_what_is_hidden(image: Image, hidden: Box) -> None:
    box, size = Box(15, 5, 35, 25), (40, 40)

    plain = cut(image, box, size=size)
    covered = cut_covered(image, box, size=size, hidden=hidden, cover=covered_by_surroundings)

    assert covered.view == plain.view
    assert plain.pixels.min() == 10
    assert covered.pixels.min() > 100
    assert not covered.pixels.flags.writeable
