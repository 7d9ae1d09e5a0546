"""What a defect is called is decided here by counting pieces on a comb of traces."""

import cv2
import numpy as np
import pytest

from foveal.schemas.box import Box
from foveal.training.boards import marks
from foveal.training.boards.copper import Mask, Path
from foveal.training.boards.defects import DEFECT_LABELS, Defect, DefectLabel, add_defect
from foveal.training.boards.layout import draw_layout
from foveal.training.boards.strokes import paint

SEEDS = range(12)
GRAIN_PX = 30


def comb() -> Mask:
    """Ten traces side by side, apart from each other and from the rim."""
    board = np.zeros((280, 280), np.uint8)
    for lane in range(10):
        board[6:-6, 8 + 27 * lane : 22 + 27 * lane] = 1
    return board


def pieces(mask: Mask) -> int:
    _, _, statistics, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    return int((statistics[1:, cv2.CC_STAT_AREA] >= GRAIN_PX).sum())


def grown(mask: Mask) -> Mask:
    return np.asarray(cv2.dilate(mask, np.ones((3, 3), np.uint8)), np.uint8)


def damaged(label: DefectLabel, seed: int) -> tuple[Mask, Mask]:
    """The comb before, and what was changed on it."""
    before = comb()
    after = before.copy()
    assert add_defect(np.random.default_rng(seed), after, label, keep_clear=[])
    changed = before ^ after
    takes_copper = label in ("open", "mousebite", "pin-hole")
    assert (before[changed > 0] == int(takes_copper)).all()
    return before, changed


@pytest.mark.parametrize("seed", SEEDS)
def test_an_open_cuts_copper(seed: int) -> None:
    before, changed = damaged("open", seed)

    assert pieces(before & (1 - grown(changed))) > pieces(before)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_short_joins_conductors(seed: int) -> None:
    before, changed = damaged("short", seed)

    assert pieces(before | grown(changed)) < pieces(before)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_mousebite_opens_to_an_edge_and_cuts_nothing(seed: int) -> None:
    before, changed = damaged("mousebite", seed)

    assert (grown(changed) & (1 - before)).any()
    assert pieces(before & (1 - grown(changed))) == pieces(before), "an open is a pixel away"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_spur_grows_from_an_edge_and_joins_nothing(seed: int) -> None:
    before, changed = damaged("spur", seed)

    assert (grown(changed) & before).any()
    assert pieces(before | grown(changed)) >= pieces(before), "a short is a pixel away"


@pytest.mark.parametrize("seed", SEEDS)
def test_stray_copper_touches_nothing(seed: int) -> None:
    before, changed = damaged("copper", seed)

    assert not (grown(changed) & before).any()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_pin_hole_is_enclosed_by_copper(seed: int) -> None:
    before, changed = damaged("pin-hole", seed)

    assert not (grown(changed) & (1 - before)).any()


@pytest.mark.parametrize("label", DEFECT_LABELS)
def test_boxes_are_tight_around_the_changed_pixels(label: DefectLabel) -> None:
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        board = draw_layout(rng, 320)
        before = board.copy()
        defect = add_defect(rng, board, label, keep_clear=[])

        x, y, width, height = cv2.boundingRect(before ^ board)
        found = Defect(label, Box(x, y, x + width, y + height)) if width else None
        assert defect == found


def test_defects_keep_clear_of_each_other() -> None:
    board, boxes = comb(), list[Box]()
    for seed in range(40):
        label = DEFECT_LABELS[seed % 6]
        defect = add_defect(np.random.default_rng(seed), board, label, keep_clear=boxes)
        if defect:
            assert not any(defect.box.grown(10).intersection_area(box) for box in boxes)
            boxes.append(defect.box)

    assert len(boxes) > 6


@pytest.mark.parametrize(
    ("label", "long"), list(zip(DEFECT_LABELS, (70, 70, 50, 50, 60, 60), strict=True))
)
def test_some_damage_is_long(label: DefectLabel, long: int) -> None:
    """On conductors and gaps of 80 pixels."""
    longest = 0
    for seed in range(80):
        board = np.zeros((480, 480), np.uint8)
        board[:, 80:160], board[:, 240:320], board[:, 400:] = 1, 1, 1
        defect = add_defect(np.random.default_rng(seed), board, label, keep_clear=[])
        if defect:
            longest = max(longest, defect.box.width, defect.box.height)

    assert longest >= long


@pytest.mark.parametrize("label", ["open", "short"])
def test_some_cuts_and_bridges_go_straight_across(
    label: DefectLabel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a comb of upright traces: level, without a bend."""
    paths: list[Path] = []

    def noting(rng: np.random.Generator, shape: tuple[int, int], path: Path, width: float) -> Mask:
        paths.append(path)
        return paint(rng, shape, path, width)

    monkeypatch.setattr(marks, "paint", noting)
    for seed in range(40):
        damaged(label, seed)

    straight = sum(float(np.ptp(path[:, 1])) < 0.5 for path in paths)
    assert len(paths) / 10 < straight < len(paths) / 2


def test_damage_at_an_edge_is_not_all_off_it() -> None:
    """Its largest piece opens to the edge, however scattered it is."""
    for seed in range(60):
        before, changed = damaged("mousebite", seed)
        _, marks, statistics, _ = cv2.connectedComponentsWithStats(grown(changed), connectivity=8)
        largest = marks == 1 + statistics[1:, cv2.CC_STAT_AREA].argmax()
        assert (largest & (before == 0)).any()


@pytest.mark.parametrize("large_at_edge", [True, False])
def test_a_bite_is_one_by_its_largest_piece(
    large_at_edge: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    field: Mask = np.zeros((128, 128), np.uint8)
    field[:, 64:] = 1
    mark = np.zeros_like(field)
    at_edge, inside = (20, 3) if large_at_edge else (3, 20)
    mark[50 : 50 + at_edge, 64 : 64 + at_edge] = 1
    mark[50 : 50 + inside, 90 : 90 + inside] = 1
    monkeypatch.setattr(marks, "_bite", lambda *_: mark)

    drawn = marks.at_edge(np.random.default_rng(0), field)

    assert (drawn is not None) == large_at_edge


@pytest.mark.parametrize("label", ["copper", "pin-hole"])
def test_what_is_enclosed_often_lies_in_the_middle_of_small_places(label: DefectLabel) -> None:
    """Round pads are a fifth of the copper here, or openings of what is bare."""
    pads: Mask = np.zeros((256, 256), np.uint8)
    for x, y in ((64, 64), (192, 64), (64, 192), (192, 192)):
        cv2.circle(pads, (x, y), 18, 1, -1)
    field = pads.copy()
    field[96:160, 16:240] = 1
    drawn = on_pads = 0
    for seed in range(150):
        before = field if label == "pin-hole" else (1 - field).astype(np.uint8)
        board = before.copy()
        drawn += add_defect(np.random.default_rng(seed), board, label, keep_clear=[]) is not None
        on_pads += int(((before ^ board) & pads).any())

    assert on_pads > drawn / 7, "half of that without them"


@pytest.mark.parametrize("label", ["copper", "pin-hole"])
def test_much_of_what_is_enclosed_lies_far_from_every_edge(label: DefectLabel) -> None:
    """Traces on one half of the board, which is copper or bare, and nothing on the other."""
    traces: Mask = np.zeros((400, 400), np.uint8)
    traces[:, :200] = np.arange(200) % 40 < 20
    before = traces if label == "copper" else (1 - traces).astype(np.uint8)
    room = cv2.distanceTransform(1 - traces, cv2.DIST_L2, 3)
    depths: list[float] = []
    for seed in range(60):
        board = before.copy()
        if add_defect(np.random.default_rng(seed), board, label, keep_clear=[]):
            depths.append(float(room[before != board].max()))

    deep = sum(depth > 30 for depth in depths)
    assert deep > len(depths) / 2
    assert max(depths) > 100


@pytest.mark.parametrize("label", DEFECT_LABELS)
def test_a_board_without_a_place_for_it_stays_whole(label: DefectLabel) -> None:
    taken = label in ("open", "mousebite", "pin-hole")
    board = np.full((200, 200), 0 if taken else 1, np.uint8)
    before = board.copy()

    assert add_defect(np.random.default_rng(0), board, label, keep_clear=[]) is None
    assert np.array_equal(board, before)
