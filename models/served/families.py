"""What differs from one family of served models to another: how they write boxes."""

import re
from collections.abc import Iterable

from foveal.models.coordinates import Coordinates
from foveal.schemas.server import Unit

_QWEN_25 = re.compile(r"qwen-?_?2[._-]5[-_.]?vl", re.IGNORECASE)
"""As hubs, GGUF files and Ollama spell it."""
_QWEN_25_GRID_PX = 28
"""Its patches of 14 px, two by two merged; pictures are resized to whole ones."""


def coordinates_of(names: Iterable[str], unit: Unit | None) -> Coordinates:
    """`unit` where it is given, else as one of the model's names tells; Qwen3-VL's by default."""
    is_qwen_25 = any(_QWEN_25.search(name) for name in names)
    unit = unit or ("pixel" if is_qwen_25 else "thousandth")
    return Coordinates(unit, grid_px=_QWEN_25_GRID_PX if is_qwen_25 and unit == "pixel" else 1)
