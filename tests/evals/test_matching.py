from random import Random

from hypothesis import given
from hypothesis import strategies as st

from foveal.evals.matching import LEAST_IOU, Detection, Truth, match
from foveal.schemas.box import Box

OPEN = Truth("open", Box(0, 0, 10, 10))


def test_a_detection_finds_the_box_of_its_type_that_it_overlaps() -> None:
    assert match([Detection("open", Box(0, 0, 10, 8), 0.9)], [OPEN]) == [0]


def test_another_type_is_not_found_unless_blind_to_class() -> None:
    named_short = [Detection("short", OPEN.box, 0.9)]
    assert match(named_short, [OPEN]) == [None]
    assert match(named_short, [OPEN], class_blind=True) == [0]


def test_an_overlap_of_exactly_the_limit_is_not_enough() -> None:
    truth = Truth("open", Box(0, 0, 100, 1))
    a_third_short, a_third = Box(0, 0, 33, 1), Box(0, 0, 34, 1)
    assert a_third_short.iou(truth.box) == LEAST_IOU
    assert match([Detection("open", a_third_short, 1)], [truth]) == [None]
    assert match([Detection("open", a_third, 1)], [truth]) == [0]


def test_a_box_is_found_once_and_by_the_surest() -> None:
    detections = [Detection("open", OPEN.box, 0.4), Detection("open", Box(0, 0, 10, 7), 0.8)]
    assert match(detections, [OPEN]) == [None, 0]


def test_the_box_that_overlaps_most_is_found() -> None:
    truths = [Truth("open", Box(0, 0, 10, 20)), OPEN]
    assert match([Detection("open", Box(0, 0, 10, 11), 1)], truths) == [1]


boxes = st.builds(
    lambda x, y, width, height: Box(x, y, x + width, y + height),
    *[st.integers(0, 12)] * 2,
    *[st.integers(1, 12)] * 2,
)
labels = st.sampled_from(["open", "short"])
truths = st.lists(st.builds(Truth, labels, boxes), max_size=6)
detections = st.lists(st.builds(Detection, labels, boxes, st.sampled_from([0.2, 0.5, 0.9])))


@given(detections, truths, st.booleans())
def test_no_box_is_found_twice_and_every_find_overlaps(
    found: list[Detection], there: list[Truth], class_blind: bool
) -> None:
    pairs = [
        (detection, index)
        for detection, index in zip(
            found, match(found, there, class_blind=class_blind), strict=True
        )
        if index is not None
    ]
    assert len({index for _, index in pairs}) == len(pairs)
    for detection, index in pairs:
        assert detection.box.iou(there[index].box) > LEAST_IOU
        assert class_blind or detection.label == there[index].label


@given(detections, truths, st.booleans(), st.randoms(use_true_random=False))
def test_order_changes_nothing(
    found: list[Detection], there: list[Truth], class_blind: bool, random: Random
) -> None:
    before = _found(found, there, class_blind)
    random.shuffle(found)
    random.shuffle(there)
    assert _found(found, there, class_blind) == before


def _found(
    found: list[Detection], there: list[Truth], class_blind: bool
) -> list[tuple[Detection, Truth | None]]:
    pairs = zip(found, match(found, there, class_blind=class_blind), strict=True)
    return sorted(
        ((detection, None if index is None else there[index]) for detection, index in pairs),
        key=repr,
    )
