from collections.abc import Callable

import cv2
import numpy as np
import pytest

from foveal.schemas.box import Box
from foveal.tools.image import Pixels
from foveal.tools.motion import translation
from foveal.tools.propose import Proposal, ProposalSettings, propose

GROUND, COPPER = 230, 40
Draw = Callable[[int], Pixels]
Scan = Callable[..., Pixels]


def proposed(
    template: Pixels, tested: Pixels, *, settings: ProposalSettings | None = None
) -> list[Proposal]:
    return propose(template, tested, valid=np.ones(template.shape[:2], bool), settings=settings)


def changed(board: Pixels, region: Box, level: int) -> Pixels:
    tested = board.copy()
    tested[region.y1 : region.y2, region.x1 : region.x2] = level
    return tested


@pytest.mark.parametrize(
    ("region", "level"),
    [
        pytest.param(Box(150, 52, 153, 69), GROUND, id="thin cut through a wide trace"),
        pytest.param(Box(150, 116, 153, 125), GROUND, id="cut through a 5 px trace"),
        pytest.param(Box(100, 64, 110, 68), GROUND, id="bite out of a trace"),
        pytest.param(Box(100, 67, 108, 74), COPPER, id="spur"),
        pytest.param(Box(200, 66, 204, 119), COPPER, id="short"),
        pytest.param(Box(100, 230, 107, 237), GROUND, id="pin-hole"),
        pytest.param(Box(60, 150, 70, 158), COPPER, id="spurious copper"),
    ],
)
def test_a_defect_is_proposed_once_in_a_loose_box(board: Pixels, region: Box, level: int) -> None:
    (found,) = proposed(board, changed(board, region, level))
    assert found.box.iou(region.grown(7)) > 0.33
    assert found.box.intersection_area(region) > 0.7 * region.area


def test_equal_boards_have_no_proposals(draw: Draw) -> None:
    assert proposed(draw(1), draw(1)) == []


@pytest.mark.parametrize("shift", [(0, 1), (1, 0), (-2, 1), (2, 2)])
def test_a_board_slightly_out_of_place_has_no_proposals(draw: Draw, shift: tuple[int, int]) -> None:
    assert proposed(draw(2), np.roll(draw(2), shift, (0, 1))) == []


def test_ragged_edges_and_noise_are_no_changes(board: Pixels) -> None:
    random = np.random.default_rng(4)
    ragged = np.take_along_axis(
        board, np.clip(np.arange(320)[:, None] + random.integers(-1, 2, (1, 320)), 0, 319), axis=0
    )
    noisy = np.clip(ragged + random.normal(0, 8, ragged.shape), 0, 255).astype(np.uint8)
    assert proposed(board, noisy) == []


def test_a_defect_on_a_part_that_sits_askew_is_boxed_alone(board: Pixels) -> None:
    """Alignment leaves some places a few pixels off: each is registered before it is judged."""
    tested = np.roll(board, 4, axis=0)
    cv2.circle(tested, (160, 64), 4, GROUND, -1)
    assert Box(150, 54, 171, 75).iou(proposed(board, tested)[0].box) > 0.33


@pytest.mark.parametrize("gain", [0.7, 1.0, 1.3])
def test_exposure_is_no_change(scan: Scan, board: Pixels, gain: float) -> None:
    tested = scan(changed(board, Box(100, 230, 110, 240), GROUND), translation(0, 0), gain=gain)
    assert len(proposed(board, tested)) == 1


def test_uneven_light_is_no_change(board: Pixels) -> None:
    light = np.linspace(0.7, 1.05, board.shape[1])
    lit = (changed(board, Box(100, 230, 110, 240), GROUND) * light).astype(np.uint8)
    assert len(proposed(board, lit)) == 1


def test_a_board_of_little_contrast_shows_its_defect(board: Pixels) -> None:
    faint = np.where(board == COPPER, 90, 130).astype(np.uint8)
    tested = changed(faint, Box(100, 230, 110, 240), 130)
    assert len(proposed(faint, tested)) == 1


def test_specks_of_one_scratch_are_one_proposal(board: Pixels) -> None:
    tested = board
    for x in range(100, 150, 8):
        tested = changed(tested, Box(x, 240, x + 5, 245), GROUND)
    assert len(proposed(board, tested)) == 1


def test_neighbouring_defects_stay_two(board: Pixels) -> None:
    tested = changed(board, Box(100, 230, 108, 238), GROUND)
    tested = changed(tested, Box(125, 230, 133, 238), GROUND)
    assert len(proposed(board, tested)) == 2


def test_missing_and_added_copper_side_by_side_stay_two(board: Pixels) -> None:
    tested = changed(board, Box(100, 54, 110, 64), GROUND)
    tested = changed(tested, Box(112, 67, 122, 75), COPPER)
    assert len(proposed(board, tested)) == 2


def test_what_the_template_does_not_show_is_not_proposed(board: Pixels) -> None:
    tested = changed(board, Box(0, 0, 30, 320), 128)
    valid = np.ones(board.shape, bool)
    valid[:, :30] = False
    assert propose(board, tested, valid=valid) == []
    assert propose(board, tested, valid=np.zeros_like(valid)) == []


def test_streaks_along_the_border_are_not_proposed(board: Pixels) -> None:
    tested = board.copy()
    tested[:2, ::3] = COPPER
    tested[::3, -2:] = GROUND
    assert proposed(board, tested) == []


def test_the_surest_change_comes_first(board: Pixels) -> None:
    tested = changed(board, Box(100, 230, 106, 236), GROUND)
    tested = changed(tested, Box(200, 230, 220, 250), GROUND)
    first, second = proposed(board, tested)
    assert first.box.intersection_area(Box(200, 230, 220, 250)) == 400
    assert (first.area_px, second.area_px) == (400, 36)
    assert 0 < second.score <= 1


def test_boxes_stay_inside_the_picture(board: Pixels) -> None:
    (found,) = proposed(board, changed(board, Box(312, 290, 320, 298), COPPER))
    assert found.box.fits((320, 320))


def test_settings_trade_recall_for_fewer_proposals(board: Pixels) -> None:
    tested = changed(board, Box(100, 230, 106, 236), GROUND)
    assert proposed(board, tested)
    assert not proposed(board, tested, settings=ProposalSettings(min_area_px=40))


def test_colour_boards_are_compared_by_lightness(board: Pixels) -> None:
    tested = changed(board, Box(100, 230, 110, 240), GROUND)
    colour = [np.repeat(image[..., np.newaxis], 3, axis=2) for image in (board, tested)]
    assert len(proposed(*colour)) == 1
