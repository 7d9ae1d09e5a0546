"""One defect is one track, as long as it is the same part."""

import numpy as np
import pytest

from foveal.schemas.box import Box
from foveal.tools.gate import CELL_PX, Passage
from foveal.tools.image import Pixels
from foveal.tools.track import Tracker

WIDTH, HEIGHT = 640, 384
DEFECT, OTHER = Box(100, 100, 130, 126), Box(300, 200, 340, 230)


def scene(*defects: Box) -> Pixels:
    pixels = np.full((HEIGHT, WIDTH), 200, np.uint8)
    pixels[::16] = 90
    for box in defects:
        pixels[box.y1 : box.y2, box.x1 : box.x2] = 30
    return pixels


def cells(*swept: Box) -> Pixels:
    grid = np.zeros((HEIGHT // CELL_PX, WIDTH // CELL_PX), np.uint8)
    for box in swept:
        grid[box.y1 // CELL_PX : box.y2 // CELL_PX, box.x1 // CELL_PX : box.x2 // CELL_PX] = 255
    return grid


EVERYWHERE = cells(Box(0, 0, WIDTH, HEIGHT))
STILL = Passage((0.0, 0.0), cells())


@pytest.fixture
def tracker() -> Tracker:
    """With the defect found in frame 1."""
    tracker = Tracker()
    first = tracker.update([DEFECT], scene(DEFECT), Passage(None, EVERYWHERE), frame="1")
    assert (first.ids, first.begun, first.ended) == (["1#1"], {"1#1"}, [])
    return tracker


def test_a_defect_that_is_found_again_a_little_off_is_the_same(tracker: Tracker) -> None:
    again = tracker.update([DEFECT.shifted(5, -4).grown(3)], scene(DEFECT), STILL, frame="2")

    assert (again.ids, again.begun, again.ended) == (["1#1"], set(), [])


def test_a_second_defect_is_another_one(tracker: Tracker) -> None:
    pixels = scene(DEFECT, OTHER)
    both = tracker.update([OTHER, DEFECT], pixels, STILL, frame="2")

    assert (both.ids, both.begun) == (["2#1", "1#1"], {"2#1"})


def test_a_defect_goes_where_its_part_was_carried(tracker: Tracker) -> None:
    there = DEFECT.shifted(320, 0)
    moved = Passage((318.0, 1.5), EVERYWHERE)
    found = tracker.update([there], scene(there), moved, frame="2")

    assert (found.ids, found.ended) == (["1#1"], [])


def test_a_defect_ends_when_its_part_leaves_and_the_next_has_its_own(tracker: Tracker) -> None:
    found = tracker.update([DEFECT], scene(DEFECT), Passage((960.0, 0.0), EVERYWHERE), frame="2")

    assert (found.ids, found.begun, found.ended) == (["2#1"], {"2#1"}, ["1#1"])


def test_what_moves_elsewhere_carries_no_defect_away(tracker: Tracker) -> None:
    elsewhere = Passage((200.0, 0.0), cells(Box(400, 0, 640, 384)))
    found = tracker.update([DEFECT], scene(DEFECT), elsewhere, frame="2")

    assert found.ids == ["1#1"]


def test_a_defect_is_known_again_after_a_hand_passed_over_it(tracker: Tracker) -> None:
    found = tracker.update([DEFECT], scene(DEFECT), Passage(None, EVERYWHERE), frame="2")

    assert (found.ids, found.ended) == (["1#1"], [])


def test_after_a_movement_no_one_could_follow_another_picture_is_another_part(
    tracker: Tracker,
) -> None:
    other = np.roll(scene(DEFECT), 8, axis=0)
    found = tracker.update([DEFECT], other, Passage(None, EVERYWHERE), frame="2")

    assert (found.begun, found.ended) == ({"2#1"}, ["1#1"])


def test_a_defect_may_be_missed_once_where_nothing_moved(tracker: Tracker) -> None:
    assert tracker.update([], scene(DEFECT), STILL, frame="2").ended == []
    assert tracker.update([DEFECT], scene(DEFECT), STILL, frame="3").ids == ["1#1"]
    assert tracker.update([], scene(), STILL, frame="4").ended == []
    assert tracker.update([], scene(), STILL, frame="5").ended == ["1#1"]


def test_without_a_passage_each_picture_shows_another_part(tracker: Tracker) -> None:
    found = tracker.update([DEFECT], scene(DEFECT), None, frame="2")

    assert (found.begun, found.ended) == ({"2#1"}, ["1#1"])


def test_two_boxes_do_not_share_a_track(tracker: Tracker) -> None:
    pixels = scene(DEFECT)
    found = tracker.update([DEFECT.shifted(6, 0), DEFECT], pixels, STILL, frame="2")

    assert found.ids == ["2#1", "1#1"]


def test_at_the_end_what_is_left_ends(tracker: Tracker) -> None:
    assert tracker.end() == ["1#1"]
    assert tracker.end() == []
