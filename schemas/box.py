from typing import Annotated, NamedTuple, Self

from pydantic import AfterValidator


class Box(NamedTuple):
    """Pixels x1 ≤ x < x2, y1 ≤ y < y2; origin top left, right and bottom edges excluded."""

    x1: int
    y1: int
    x2: int
    y2: int

    @property
    def width(self) -> int:
        return self.x2 - self.x1

    @property
    def height(self) -> int:
        return self.y2 - self.y1

    @property
    def area(self) -> int:
        return max(self.width, 0) * max(self.height, 0)

    @property
    def center(self) -> tuple[float, float]:
        return (self.x1 + self.x2) / 2, (self.y1 + self.y2) / 2

    def fits(self, size: tuple[int, int]) -> bool:
        """Whether the box holds a pixel and lies inside an image of (width, height)."""
        width, height = size
        return 0 <= self.x1 < self.x2 <= width and 0 <= self.y1 < self.y2 <= height

    def grown(self, margin: int) -> Self:
        return type(self)(self.x1 - margin, self.y1 - margin, self.x2 + margin, self.y2 + margin)

    def shifted(self, dx: int, dy: int) -> Self:
        return type(self)(self.x1 + dx, self.y1 + dy, self.x2 + dx, self.y2 + dy)

    def clipped(self, size: tuple[int, int]) -> Self:
        """The part inside an image of (width, height); empty boxes keep zero area."""
        width, height = size
        x1, y1 = min(max(self.x1, 0), width), min(max(self.y1, 0), height)
        return type(self)(x1, y1, max(x1, min(self.x2, width)), max(y1, min(self.y2, height)))

    def union(self, other: "Box") -> Self:
        return type(self)(
            min(self.x1, other.x1),
            min(self.y1, other.y1),
            max(self.x2, other.x2),
            max(self.y2, other.y2),
        )

    def intersection(self, other: "Box") -> Self:
        """What both hold; zero area where that is nothing."""
        return type(self)(
            max(self.x1, other.x1),
            max(self.y1, other.y1),
            min(self.x2, other.x2),
            min(self.y2, other.y2),
        )

    def holds(self, point: tuple[float, float]) -> bool:
        x, y = point
        return self.x1 <= x < self.x2 and self.y1 <= y < self.y2

    def intersection_area(self, other: "Box") -> int:
        return self.intersection(other).area

    def iou(self, other: "Box") -> float:
        """Intersection over union, 0 to 1."""
        shared = self.intersection_area(other)
        return shared / (self.area + other.area - shared) if shared else 0.0


def _has_pixels(box: Box) -> Box:
    if box.x1 < 0 or box.y1 < 0 or box.width <= 0 or box.height <= 0:
        raise ValueError(f"{tuple(box)} is no box: give x1 < x2 and y1 < y2, none negative")
    return box


BoxPx = Annotated[Box, AfterValidator(_has_pixels)]
"""A box in original pixels that holds at least one pixel; `[x1, y1, x2, y2]` in JSON."""
