import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foveal.schemas.box import Box
from foveal.schemas.errors import BadToolCall
from foveal.tools.image import Pixels, image_from
from foveal.tools.measure import Measure, Measurement, measure

WHOLE = Box(0, 0, 120, 100)


def board() -> Pixels:
    """A dark area and a dark trace on light ground."""
    pixels = np.full((100, 120), 220, np.uint8)
    pixels[20:60, 10:90] = 30
    pixels[70:80] = 30
    return pixels


def measured(
    tested: Pixels, reference: Pixels, *, box: Box = WHOLE, px_per_mm: float | None = None
) -> Measurement | None:
    images = {"A": image_from(reference, "a.png"), "B": image_from(tested, "b.png")}
    return measure(Measure(image="B", reference="A", box=box), images, px_per_mm=px_per_mm)


@given(st.integers(16, 70), st.integers(26, 45), st.tuples(st.integers(1, 12), st.integers(1, 8)))
def test_a_hole_is_measured_exactly(x: int, y: int, size: tuple[int, int]) -> None:
    hole = Box(x, y, x + size[0], y + size[1])
    tested = board()
    tested[hole.y1 : hole.y2, hole.x1 : hole.x2] = 220
    found = measured(tested, board())
    assert found is not None
    assert (found.box_px, found.area_px) == (hole, hole.area)
    assert found.size_px == pytest.approx(max(size))


def test_size_is_in_mm_where_the_scale_is_known() -> None:
    tested = board()
    tested[30:36, 30:42] = 220
    found = measured(tested, board(), px_per_mm=8)
    assert found is not None
    assert found.size_mm == pytest.approx(1.5)


def test_size_in_mm_is_absent_where_the_scale_is_unknown() -> None:
    tested = board()
    tested[30:36, 30:42] = 220
    found = measured(tested, board())
    assert found is not None
    assert found.size_mm is None


def test_a_slanted_scratch_is_as_long_as_it_is() -> None:
    tested = board()
    cv2.line(tested, (20, 25), (60, 55), 220, thickness=3)
    found = measured(tested, board())
    assert found is not None
    assert found.size_px == pytest.approx(53, abs=2)
    assert found.size_px > 1.2 * max(found.box_px.width, found.box_px.height)


def test_a_bite_in_an_edge_is_measured_to_the_edge() -> None:
    tested = board()
    tested[20:28, 40:50] = 220
    found = measured(tested, board())
    assert found is not None
    assert found.box_px.iou(Box(40, 20, 50, 28)) > 0.8


@pytest.mark.parametrize("gain", [0.7, 1.15])
def test_other_light_does_not_change_the_size(gain: float) -> None:
    tested = board()
    tested[30:36, 30:42] = 220
    lit = (tested * gain).astype(np.uint8)
    found = measured(lit, board())
    assert found is not None
    assert found.box_px == Box(30, 30, 42, 36)


@pytest.mark.parametrize("shift", [1, 2])
def test_a_shift_does_not_add_the_edges_along_the_traces(shift: int) -> None:
    tested = board()
    tested[30:36, 30:42] = 220
    found = measured(np.roll(tested, shift, axis=0), board())
    assert found is not None
    assert found.box_px == Box(30, 30 + shift, 42, 36 + shift)


def test_noise_does_not_change_the_size() -> None:
    rng = np.random.default_rng(0)
    tested = board()
    tested[30:36, 30:42] = 220
    noisy = [
        np.clip(pixels + rng.normal(0, 6, pixels.shape), 0, 255).astype(np.uint8)
        for pixels in (tested, board())
    ]
    found = measured(*noisy)
    assert found is not None
    assert found.box_px == Box(30, 30, 42, 36)


def test_only_what_lies_in_the_box_counts() -> None:
    tested = board()
    tested[30:36, 20:26] = 220
    tested[30:50, 60:80] = 220
    found = measured(tested, board(), box=Box(10, 20, 40, 60))
    assert found is not None
    assert found.box_px == Box(20, 30, 26, 36)


@pytest.mark.parametrize(
    "tested",
    [
        pytest.param(board(), id="equal"),
        pytest.param(np.roll(board(), 2, axis=0), id="shifted"),
        pytest.param((board() * 0.8).astype(np.uint8), id="darker"),
        pytest.param(board() + np.uint8(9), id="lighter"),
    ],
)
def test_where_nothing_changed_there_is_nothing_to_measure(tested: Pixels) -> None:
    assert measured(tested, board()) is None


def test_a_change_of_colour_is_measured() -> None:
    reference = np.dstack([board()] * 3)
    tested = reference.copy()
    tested[30:36, 30:42] = (200, 30, 30)
    found = measured(tested, reference)
    assert found is not None
    assert found.box_px == Box(30, 30, 42, 36)


def test_images_of_two_sizes_are_told_to_the_model() -> None:
    with pytest.raises(BadToolCall, match="choose two images of one size"):
        measured(board(), board()[1:], box=Box(0, 0, 9, 9))
