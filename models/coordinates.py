"""How a model writes boxes in the pictures it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from foveal.schemas.errors import BadToolCall
from foveal.schemas.server import Unit

_THOUSAND = 1000

Corners = tuple[float, float, float, float]
"""x1, y1, x2, y2 in pixels of a view, x1 ≤ x2 and y1 ≤ y2."""


@dataclass(frozen=True)
class Coordinates:
    """The numbers in which a model says where something is, in a view of (width, height)."""

    unit: Unit = "thousandth"
    """Qwen3-VL writes thousandths of a picture's sides."""

    grid_px: int = 1
    """Pixels are counted after the picture was resized to multiples of it: Qwen2.5-VL's are 28."""

    def box_schema(self, *, size: tuple[int, int]) -> dict[str, Any]:
        """JSON Schema of a box as the model writes it, corners in any order."""
        number = {"type": "integer", "minimum": 0, "maximum": max(self._sides(size))}
        return {"type": "array", "items": number, "minItems": 4, "maxItems": 4}

    def write_box(self, corners: Corners, *, size: tuple[int, int]) -> tuple[int, int, int, int]:
        """Corners in pixels of the view, as the model writes them."""
        x1, y1, x2, y2 = corners
        across, down = (side / length for side, length in zip(self._sides(size), size, strict=True))
        return round(x1 * across), round(y1 * down), round(x2 * across), round(y2 * down)

    def parse_box(self, numbers: Sequence[float], *, size: tuple[int, int]) -> Corners:
        """The model's numbers as corners in the view, ordered and clamped.

        Beyond 1000 a number is no thousandth: it is read in pixels if the view has that many.
        """
        if len(numbers) != 4 or not all(isfinite(number) for number in numbers):
            raise BadToolCall(f"{list(numbers)} is no box", fix="write [x1, y1, x2, y2]")
        width, height = size
        across, down = self._sides(size)
        if self.unit == "thousandth" and _THOUSAND < max(numbers) <= max(size):
            across, down = size
        x1, x2 = sorted(min(max(x * width / across, 0.0), width) for x in numbers[0::2])
        y1, y2 = sorted(min(max(y * height / down, 0.0), height) for y in numbers[1::2])
        return x1, y1, x2, y2

    def _sides(self, size: tuple[int, int]) -> tuple[int, int]:
        """Width and height in the model's own numbers."""
        if self.unit == "thousandth":
            return _THOUSAND, _THOUSAND
        width, height = (max(1, round(side / self.grid_px)) * self.grid_px for side in size)
        return width, height
