from hypothesis import given
from hypothesis import strategies as st

from foveal.records.tag import Extent, place_tags

SIZE = (640, 480)


@st.composite
def extents(draw: st.DrawFn) -> Extent:
    x, y = draw(st.integers(0, SIZE[0] - 40)), draw(st.integers(0, SIZE[1] - 40))
    return Extent(x, y, x + draw(st.integers(1, 40)), y + draw(st.integers(1, 40)))


def touches(tag: Extent, box: Extent) -> bool:
    across = tag.x1 <= box.x2 + 1e-6 and box.x1 <= tag.x2 + 1e-6
    return across and tag.y1 <= box.y2 + 1e-6 and box.y1 <= tag.y2 + 1e-6


@given(st.lists(extents(), max_size=12))
def test_each_tag_stands_beside_its_own_box(boxes: list[Extent]) -> None:
    tags = place_tags(boxes, [str(at) for at in range(len(boxes))], text_px=12, size=SIZE)
    assert all(touches(tag, box) for tag, box in zip(tags, boxes, strict=True))


@given(extents())
def test_a_lone_tag_stays_inside_the_image(box: Extent) -> None:
    (tag,) = place_tags([box], ["1"], text_px=12, size=SIZE)
    assert min(tag) >= 0
    assert tag.x2 <= SIZE[0]
    assert tag.y2 <= SIZE[1]


def test_a_tag_stands_above_its_box_where_there_is_room() -> None:
    (tag,) = place_tags([Extent(100, 100, 140, 120)], ["1"], text_px=10, size=SIZE)
    assert (tag.x1, tag.y2) == (100, 100)


def test_a_tag_gives_way_to_the_box_above() -> None:
    boxes = [Extent(100, 80, 140, 100), Extent(100, 100, 140, 120)]
    tags = place_tags(boxes, ["1", "2"], text_px=10, size=SIZE)
    assert not any(
        tag.y1 < box.y2 and box.y1 < tag.y2 and tag.x1 < box.x2 and box.x1 < tag.x2
        for tag in tags
        for box in boxes
    )
