import cv2
import numpy as np
from numpy.typing import NDArray

from foveal.tools.coarse_motion import edge_on_edge, straight
from foveal.tools.motion import translation
from foveal.tools.tone import Grey


def empty_but_for_a_pad(*, x: int, y: int, seed: int) -> Grey:
    """Ground with the noise of a sensor, and copper that ends at (x, y) by the left border."""
    picture = np.random.default_rng(seed).normal(200, 3, (160, 160)).astype(np.float32)
    picture[y - 15 : y, :x] = 40
    return cv2.GaussianBlur(picture, (0, 0), 1.5).astype(np.float32)


def offers(starts: list[NDArray[np.float64]], dx: int, dy: int) -> bool:
    return any(np.array_equal(start, translation(dx, dy)) for start in starts)


def test_edges_find_what_the_border_of_an_empty_picture_shows() -> None:
    here = empty_but_for_a_pad(x=12, y=75, seed=0)
    there = empty_but_for_a_pad(x=4, y=80, seed=1)
    assert offers(edge_on_edge(here, there), -8, 5)
    assert not offers(straight(here, there), -8, 5)
