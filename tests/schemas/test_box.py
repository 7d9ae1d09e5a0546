import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from foveal.schemas.box import Box, BoxPx

NUMBERS = st.integers(-50, 50)
ANY = st.builds(Box, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
SIZES = st.tuples(st.integers(1, 40), st.integers(1, 40))
JSON = TypeAdapter(BoxPx)


@st.composite
def boxes(draw: st.DrawFn, least: int = -50) -> Box:
    """Boxes that hold at least one pixel."""
    x1, y1 = draw(st.integers(least, 49)), draw(st.integers(least, 49))
    return Box(x1, y1, draw(st.integers(x1 + 1, 50)), draw(st.integers(y1 + 1, 50)))


def pixels(box: Box) -> set[tuple[int, int]]:
    return {(x, y) for x in range(box.x1, box.x2) for y in range(box.y1, box.y2)}


@given(ANY)
def test_the_area_counts_the_pixels_inside(box: Box) -> None:
    assert box.area == len(pixels(box))


@given(boxes(), boxes())
def test_the_intersection_holds_the_pixels_shared(one: Box, other: Box) -> None:
    assert pixels(one.intersection(other)) == pixels(one) & pixels(other)
    assert one.intersection_area(other) == len(pixels(one) & pixels(other))


@given(boxes(), boxes())
def test_iou_is_the_share_of_pixels_in_common(one: Box, other: Box) -> None:
    shared, together = pixels(one) & pixels(other), pixels(one) | pixels(other)
    assert one.iou(other) == other.iou(one) == len(shared) / len(together)


@given(boxes())
def test_a_box_overlaps_itself_fully(box: Box) -> None:
    assert box.iou(box) == 1


@given(ANY, ANY)
def test_boxes_without_pixels_overlap_nothing(one: Box, other: Box) -> None:
    if not one.area:
        assert one.iou(other) == other.iou(one) == 0


@given(boxes(), boxes())
def test_a_union_is_the_smallest_box_around_both(one: Box, other: Box) -> None:
    union = one.union(other)
    assert pixels(one) | pixels(other) <= pixels(union)
    assert union.x1 in (one.x1, other.x1)
    assert union.y1 in (one.y1, other.y1)
    assert union.x2 in (one.x2, other.x2)
    assert union.y2 in (one.y2, other.y2)


@given(ANY, SIZES)
def test_clipping_keeps_the_pixels_inside_the_image_and_no_others(
    box: Box, size: tuple[int, int]
) -> None:
    clipped = box.clipped(size)
    assert pixels(clipped) == pixels(box) & pixels(Box(0, 0, *size))
    assert clipped == clipped.clipped(size)
    assert clipped.width >= 0
    assert clipped.height >= 0


@given(ANY, SIZES)
def test_a_box_fits_where_it_holds_pixels_and_all_are_inside(
    box: Box, size: tuple[int, int]
) -> None:
    assert box.fits(size) == (bool(pixels(box)) and pixels(box) <= pixels(Box(0, 0, *size)))


@given(ANY, st.integers(0, 9))
def test_growing_and_shrinking_again_changes_nothing(box: Box, margin: int) -> None:
    assert box.grown(margin).grown(-margin) == box


@given(boxes(), st.integers(0, 9))
def test_growing_keeps_the_center(box: Box, margin: int) -> None:
    assert box.grown(margin).center == box.center


@given(ANY, NUMBERS, NUMBERS)
def test_shifting_there_and_back_changes_nothing(box: Box, dx: int, dy: int) -> None:
    assert box.shifted(dx, dy).shifted(-dx, -dy) == box


@given(boxes(least=0))
def test_a_box_survives_json(box: Box) -> None:
    text = JSON.dump_json(box)
    assert text == f"[{box.x1},{box.y1},{box.x2},{box.y2}]".encode()
    read = JSON.validate_json(text)
    assert read == box
    assert isinstance(read, Box)


@given(ANY)
def test_json_is_refused_exactly_where_it_names_no_pixels(box: Box) -> None:
    if min(box) >= 0 and box.width > 0 and box.height > 0:
        assert JSON.validate_json(JSON.dump_json(box)) == box
    else:
        with pytest.raises(ValidationError, match="is no box: give x1 < x2 and y1 < y2"):
            JSON.validate_python(box)
