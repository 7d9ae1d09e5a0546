from typing import Self

from pydantic import Field, model_validator

from foveal.schemas.base import Strict
from foveal.schemas.box import Box, BoxPx
from foveal.schemas.image import ImageId


class View(Strict):
    """A region of an original image and the pixel size at which the model sees it.

    Coordinates in a view run over its sent pixels, origin top left. The mapping is affine; boxes
    grow outwards to whole original pixels, so nothing the model named is cut off.
    """

    image: ImageId
    box_px: BoxPx = Field(description="region in original pixels")
    size_px: tuple[int, int] = Field(description="width and height of the pixels sent")
    quarter_turns: int = Field(
        default=0, ge=0, le=3, description="anticlockwise, by which the pixels are sent turned"
    )

    @model_validator(mode="after")
    def _sends_pixels(self) -> Self:
        if min(self.size_px) < 1:
            raise ValueError(f"a view of size {self.size_px} sends no pixels")
        return self

    @property
    def upright_px(self) -> tuple[int, int]:
        """Width and height of the pixels before they are turned."""
        width, height = self.size_px
        return (height, width) if self.quarter_turns % 2 else (width, height)

    def to_original(self, x: float, y: float) -> tuple[float, float]:
        """View pixels → original pixels."""
        width, height = self.size_px
        for _ in range(self.quarter_turns):
            x, y, width, height = height - y, x, height, width
        return (
            self.box_px.x1 + x * self.box_px.width / width,
            self.box_px.y1 + y * self.box_px.height / height,
        )

    def from_original(self, x: float, y: float) -> tuple[float, float]:
        """Original pixels → view pixels."""
        width, height = self.upright_px
        x = (x - self.box_px.x1) * width / self.box_px.width
        y = (y - self.box_px.y1) * height / self.box_px.height
        for _ in range(self.quarter_turns):
            x, y, width, height = y, width - x, height, width
        return x, y

    def box_to_original(self, corners: tuple[float, float, float, float]) -> Box:
        """Smallest whole-pixel box around corners in view pixels, kept inside the view's region."""
        x1, y1, x2, y2 = _ordered(self.to_original(*corners[:2]), self.to_original(*corners[2:]))
        left = min(max(_floor(x1), self.box_px.x1), self.box_px.x2 - 1)
        top = min(max(_floor(y1), self.box_px.y1), self.box_px.y2 - 1)
        right = max(min(_ceil(x2), self.box_px.x2), left + 1)
        bottom = max(min(_ceil(y2), self.box_px.y2), top + 1)
        return Box(left, top, right, bottom)

    def box_from_original(self, box: Box) -> tuple[float, float, float, float]:
        """Corners of an original box in view pixels, exact."""
        return _ordered(self.from_original(box.x1, box.y1), self.from_original(box.x2, box.y2))


Point = tuple[float, float]


def _ordered(corner: Point, opposite: Point) -> tuple[float, float, float, float]:
    """Turned, another corner is the top left one."""
    (x1, y1), (x2, y2) = corner, opposite
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


_ROUNDING = 1e-6
"""Slack for floating-point error, in original pixels: 3.0000001 is the edge 3, not a new pixel."""


def _floor(value: float) -> int:
    return int((value + _ROUNDING) // 1)


def _ceil(value: float) -> int:
    return -int((-value + _ROUNDING) // 1)
