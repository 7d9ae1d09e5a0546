"""Boxes that several looks drew around one thing, made one."""

from collections.abc import Sequence

from foveal.schemas.box import Box

SAME_IOU = 0.25
"""Boxes of two overlapping views, each drawn loosely."""

INSIDE = 0.6
"""Share of the smaller box that lies in the larger."""


def merge(boxes: Sequence[Box], *, inside: float = INSIDE) -> list[Box]:
    """In order of trust: a box joins the first before it that shows the same, else stands alone.

    Non-maximum suppression, with a box that lies inside another counted as the same.
    """
    kept: list[Box] = []
    for box in boxes:
        if not any(same(box, other, inside=inside) for other in kept):
            kept.append(box)
    return kept


def same(one: Box, other: Box, *, inside: float = INSIDE) -> bool:
    smaller = min(one.area, other.area)
    return one.iou(other) >= SAME_IOU or one.intersection_area(other) >= inside * smaller
