"""Where else a part looks like one of its places."""

import numpy as np
import pytest

from foveal.schemas.box import Box
from foveal.tools.alike import most_alike
from foveal.tools.image import Pixels

SIDE = 64


def part(*corners: tuple[int, int], size: tuple[int, int] = (320, 480)) -> Pixels:
    """Scattered bars, and one motif at each top left corner (x, y); `size` is height and width."""
    rng = np.random.default_rng(3)
    pixels = np.full(size, 255, np.uint8)
    for x, y in rng.integers(0, (size[1] - 40, size[0] - 40), (60, 2)):
        pixels[y : y + 6, x : x + 30] = 0
    motif = rng.integers(0, 2, (8, 8), np.uint8).repeat(8, 0).repeat(8, 1) * np.uint8(255)
    for x, y in corners:
        pixels[y : y + SIDE, x : x + SIDE] = motif
    return pixels


@pytest.mark.parametrize("there", [(300, 200), (401, 13), (0, 256), (416, 256)])
def test_a_motif_is_found_where_it_stands_again_to_the_pixel(there: tuple[int, int]) -> None:
    x, y = there
    pixels = part((40, 30), there)

    found = most_alike(pixels, Box(40, 30, 40 + SIDE, 30 + SIDE))

    assert found == Box(x, y, x + SIDE, y + SIDE)


def test_what_differs_in_the_middle_does_not_hide_it() -> None:
    pixels = part((40, 30), (300, 200))
    pixels[52:68, 62:84] ^= 255

    found = most_alike(pixels, Box(40, 30, 40 + SIDE, 30 + SIDE))

    assert found == Box(300, 200, 300 + SIDE, 200 + SIDE)


def test_no_place_is_like_itself() -> None:
    box = Box(40, 30, 40 + SIDE, 30 + SIDE)

    found = most_alike(part((40, 30)), box)

    assert found is not None
    assert found.fits((480, 320))
    assert max(abs(found.x1 - box.x1), abs(found.y1 - box.y1)) >= SIDE // 2 - 3


def test_in_colour_it_is_found_by_its_brightness() -> None:
    grey = part((40, 30), (300, 200))

    found = most_alike(np.stack([grey] * 3, axis=-1), Box(40, 30, 40 + SIDE, 30 + SIDE))

    assert found == Box(300, 200, 300 + SIDE, 200 + SIDE)


def test_nothing_is_like_a_place_without_an_edge() -> None:
    pixels = part((200, 200))
    pixels[:100, :100] = 255

    assert most_alike(pixels, Box(10, 10, 74, 74)) is None


@pytest.mark.parametrize("size", [(64, 64), (70, 90)])
def test_a_part_may_have_no_room_for_another_place(size: tuple[int, int]) -> None:
    assert most_alike(part((0, 0), size=size), Box(0, 0, 64, 64)) is None


def test_any_place_of_any_part_is_likened_to_one_inside_it() -> None:
    rng = np.random.default_rng(9)
    for _ in range(200):
        height, width = (int(side) for side in rng.integers(60, 400, 2))
        x, y = int(rng.integers(0, width - 30)), int(rng.integers(0, height - 30))
        right, bottom = (
            int(rng.integers(low + 5, high + 1)) for low, high in ((x, width), (y, height))
        )
        box = Box(x, y, right, bottom)

        found = most_alike(part(size=(height, width)), box)

        assert found is None or (found.fits((width, height)) and found != box)
        assert found is None or (found.width, found.height) == (box.width, box.height)
