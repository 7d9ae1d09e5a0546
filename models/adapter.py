"""What differs from one family of models to another: coordinates, picture sizes, thinking tags."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Literal

from transformers import PreTrainedTokenizerBase

from foveal.models.patches import Patcher
from foveal.schemas.errors import BadToolCall

RELATIVE_SIDE = 1000
"""Qwen3-VL writes coordinates as thousandths of a picture's sides."""

Corners = tuple[float, float, float, float]
"""x1, y1, x2, y2 in pixels of a view, x1 ≤ x2 and y1 ≤ y2."""


@dataclass(frozen=True, eq=False)
class Adapter:
    patcher: Patcher
    coordinates: Literal["relative", "absolute"] = "relative"
    open_thinking: str = "<think>"
    close_thinking: str = "</think>"
    thinks_first: bool = False
    """The chat template itself opens the thinking, so every answer starts inside it."""

    def fit(self, size: tuple[int, int]) -> tuple[int, int]:
        """Nearest (width, height) that the model sees pixel for pixel."""
        return self.patcher.fit(size)

    def tokens(self, size: tuple[int, int]) -> int:
        """What a picture of (width, height) costs."""
        return self.patcher.grid(size).patches // self.patcher.merge**2

    @property
    def skip_thinking(self) -> str:
        """What the assistant's turn begins with when it must answer at once."""
        return f"\n{self.close_thinking}\n\n" if self.thinks_first else ""

    def write_box(self, corners: Corners, *, size: tuple[int, int]) -> tuple[int, int, int, int]:
        """Corners in pixels of a view of (width, height), as the model writes them."""
        x1, y1, x2, y2 = corners
        across, down = self._pixels_per_unit(size)
        return round(x1 / across), round(y1 / down), round(x2 / across), round(y2 / down)

    def parse_box(self, numbers: Sequence[float], *, size: tuple[int, int]) -> Corners:
        """The model's numbers as corners in a view of (width, height), ordered and clamped.

        Beyond 1000 a number cannot be relative: it is read in pixels if the view has that many.
        """
        if len(numbers) != 4 or not all(isfinite(number) for number in numbers):
            raise BadToolCall(f"{list(numbers)} is no box", fix="write [x1, y1, x2, y2]")
        across, down = self._pixels_per_unit(size)
        if RELATIVE_SIDE < max(numbers) <= max(size):
            across = down = 1.0
        xs = sorted(min(max(x * across, 0.0), size[0]) for x in numbers[0::2])
        ys = sorted(min(max(y * down, 0.0), size[1]) for y in numbers[1::2])
        return xs[0], ys[0], xs[1], ys[1]

    def _pixels_per_unit(self, size: tuple[int, int]) -> tuple[float, float]:
        if self.coordinates == "absolute":
            return 1.0, 1.0
        return size[0] / RELATIVE_SIDE, size[1] / RELATIVE_SIDE


def opens_thinking(tokenizer: PreTrainedTokenizerBase, tag: str = "<think>") -> bool:
    """Whether the chat template ends inside a thought, as the Thinking checkpoints' do."""
    prompt = tokenizer.apply_chat_template(
        [{"role": "user", "content": [{"type": "text", "text": "?"}]}],
        add_generation_prompt=True,
        tokenize=False,
    )
    return str(prompt).rstrip().endswith(tag)
