from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from foveal.tools.align import align, warp
from foveal.tools.image import Pixels
from foveal.tools.motion import Matrix, similarity, through, translation

SIZE = (320, 320)
GRID = np.stack(np.meshgrid(np.arange(20, 320, 40), np.arange(20, 320, 40)), -1).reshape(-1, 2)

Draw = Callable[[int], Pixels]
Scan = Callable[..., Pixels]


def turned(degrees: float, scale: float, dx: float, dy: float) -> Matrix:
    """A motion about the middle of a drawn board."""
    return np.asarray(translation(dx, dy) @ similarity(degrees, scale, (159.5, 159.5)))


def miss_px(found: Matrix, true: Matrix) -> float:
    """Root mean square distance over the board, where it is in the picture."""
    here, there = through(found, GRID), through(true, GRID)
    seen = np.all((there >= 0) & (there < SIZE[0]), axis=1)
    return float(np.sqrt(np.mean(np.sum((here - there)[seen] ** 2, axis=1))))


degrees, percent, px = st.floats(-5, 5), st.floats(-5, 5), st.floats(-40, 40)


@examples(max_examples=40)
@given(seed=st.integers(0, 50), lies=st.tuples(degrees, percent, px, px, st.floats(0.7, 1.1)))
def test_a_board_is_found_wherever_it_lies(
    draw: Draw, scan: Scan, seed: int, lies: tuple[float, ...]
) -> None:
    turn, growth, dx, dy, gain = lies
    motion = turned(turn, 1 + growth / 100, dx, dy)
    found = align(draw(seed), scan(draw(seed), motion, gain=gain, noise=3))
    assert found.comparable, found.reason
    assert miss_px(found.matrix, motion) <= 1


def test_a_straight_shift_is_called_a_translation(draw: Draw, scan: Scan) -> None:
    found = align(draw(1), scan(draw(1), translation(7, -3), noise=3))
    assert found.motion == "translation"
    assert found.residual_px < 0.5


def test_a_board_seen_at_an_angle_is_found_as_a_perspective(draw: Draw, scan: Scan) -> None:
    tilt = np.array([[1, 0.01, 2], [0.005, 1, -3], [2e-4, -1e-4, 1]])
    found = align(draw(2), scan(draw(2), tilt))
    assert (found.motion, found.comparable) == ("perspective", True)
    assert miss_px(found.matrix, tilt) <= 1


@pytest.mark.parametrize("contrast", [0.25, 4], ids=["faint template", "faint tested"])
def test_a_board_is_found_in_a_picture_of_other_contrast(
    draw: Draw, scan: Scan, contrast: float
) -> None:
    motion = turned(3, 1.04, 6, -9)
    here, there = draw(4), scan(draw(4), motion, noise=3)
    if contrast < 1:
        here = (here * contrast).astype(np.uint8)
    else:
        there = (there / contrast).astype(np.uint8)
    assert miss_px(align(here, there).matrix, motion) <= 0.3


@pytest.mark.parametrize("seed", range(10))
def test_two_different_boards_are_not_comparable(draw: Draw, seed: int) -> None:
    found = align(draw(seed), draw(seed + 100))
    assert not found.comparable
    assert "same board" in found.reason


def test_the_same_pixels_are_in_place(draw: Draw) -> None:
    found = align(draw(1), draw(1).copy())
    assert found.comparable
    assert np.array_equal(found.matrix, np.eye(3))
    assert (found.residual_px, found.agreement) == (0, 1)


def test_parallel_traces_are_not_shifted_by_their_pitch(scan: Scan) -> None:
    bus = np.full((320, 320), 230, np.uint8)
    for x in range(20, 300, 20):
        cv2.line(bus, (x, 0), (x, 319), 40, 8)
    cv2.circle(bus, (110, 160), 14, 40, -1)
    found = align(bus, scan(bus, translation(4, 0)))
    assert found.matrix[0, 2] == pytest.approx(4, abs=0.3)


def test_an_array_of_pads_is_not_shifted_by_its_pitch_when_turned(scan: Scan) -> None:
    pads = np.full((320, 320), 230, np.uint8)
    for x, y in np.ndindex(16, 8):
        pads[40 * y + 6 : 40 * y + 32, 20 * x + 3 : 20 * x + 16] = 40
    pads[100:110, 16:60] = pads[220:230, 230:270] = 40
    motion = turned(-2.3, 1.045, 13, 10)
    assert miss_px(align(pads, scan(pads, motion)).matrix, motion) <= 1


def test_what_cannot_be_told_stays_put() -> None:
    """Motion along a trace that runs through the whole picture leaves no sign."""
    trace = np.full((320, 320), 230, np.uint8)
    trace[:, 150:170] = 40
    found = align(trace, np.roll(trace, 3, axis=1))
    assert found.comparable
    assert found.matrix[0, 2] == pytest.approx(3, abs=0.3)
    assert abs(found.matrix[1, 2]) < 1


def test_defects_do_not_draw_the_alignment_off(draw: Draw, scan: Scan) -> None:
    damaged = draw(3)
    damaged[40:80, 40:80] = 255 - damaged[40:80, 40:80]
    motion = translation(-6, 5)
    found = align(draw(3), scan(damaged, motion))
    assert miss_px(found.matrix, motion) < 0.2


def test_a_plain_template_is_compared_by_its_level() -> None:
    plain = np.full((200, 200), 230, np.uint8)
    spotted, dark = plain.copy(), np.full_like(plain, 20)
    cv2.circle(spotted, (100, 100), 6, 20, -1)
    assert align(plain, spotted).comparable
    assert not align(plain, dark).comparable


def test_a_board_is_not_comparable_with_a_plain_picture(draw: Draw) -> None:
    assert not align(draw(1), np.full((320, 320), 230, np.uint8)).comparable


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 2), (5, 5, 3)])
def test_tiny_pictures_get_an_answer(shape: tuple[int, ...]) -> None:
    random = np.random.default_rng(1)
    here, there = random.integers(0, 255, (2, *shape)).astype(np.uint8)
    assert align(here, here.copy()).comparable
    assert align(here, there).reason


def test_colour_and_grey_pictures_of_one_board_align(draw: Draw) -> None:
    colour = np.repeat(draw(5)[..., np.newaxis], 3, axis=2)
    assert align(colour, draw(5)).agreement > 0.99


def test_pictures_of_different_sizes_align(draw: Draw) -> None:
    found = align(draw(4), draw(4)[10:290, 20:320])
    assert found.comparable
    assert miss_px(found.matrix, translation(-20, -10)) < 0.5


def test_warp_puts_the_template_where_the_board_is(draw: Draw, scan: Scan) -> None:
    motion = turned(2, 1.02, 8, -5)
    tested = scan(draw(6), motion)
    pixels, valid = warp(draw(6), align(draw(6), tested).matrix, size=SIZE)
    off = cv2.absdiff(pixels, tested)[valid]
    assert np.mean(off > 60) < 0.002


def test_warp_marks_what_the_template_does_not_show(draw: Draw) -> None:
    found = align(draw(4), draw(4)[10:290, 20:320])
    _, valid = warp(draw(4), found.matrix, size=(340, 280))
    assert valid[:, :295].all()
    assert not valid[:, 305:].any()


def test_a_turn_about_the_middle_leaves_the_middle() -> None:
    middle = np.array([[5, 5]])
    assert np.allclose(through(similarity(30, 1.1, (5, 5)), middle), middle)
