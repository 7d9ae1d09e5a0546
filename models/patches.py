"""Pixels to the flat patches that Qwen3-VL's vision tower takes, equal to its image processor.

Pixels are 8-bit, so rescaling and normalising is a table of 256 numbers a channel, looked up after
the pixels have moved to their places.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from transformers import BaseImageProcessor
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import smart_resize

from foveal.models.protocol import Pixels
from foveal.schemas.errors import BadImage

Patches = NDArray[np.float32]
"""Patches × (channels · frames · height · width), in the order of merged blocks."""

LONGEST_TO_SHORTEST = 200
"""Qwen's image processor refuses pictures longer than this many times their other side."""


class Grid(NamedTuple):
    """How many patches one picture fills."""

    frames: int
    rows: int
    columns: int

    @property
    def patches(self) -> int:
        return self.frames * self.rows * self.columns


class Patcher:
    """Cuts pictures into patches; sizes and numbers come from the model's own image processor."""

    def __init__(self, image_processor: BaseImageProcessor) -> None:
        self._processor = image_processor
        self.patch: int = image_processor.patch_size
        self.merge: int = image_processor.merge_size
        self.frames: int = image_processor.temporal_patch_size
        self.least_pixels: int = image_processor.size["shortest_edge"]
        self.most_pixels: int = image_processor.size["longest_edge"]
        self._values = _values_of_levels(image_processor)

    @property
    def cell(self) -> int:
        """Side in pixels of the square that becomes one token."""
        return self.patch * self.merge

    @property
    def width(self) -> int:
        """Numbers in one patch."""
        return 3 * self.frames * self.patch**2

    def fit(self, size: tuple[int, int]) -> tuple[int, int]:
        """(width, height) as the image processor would resize it; the model sees these pixels."""
        width, height = size
        if max(size) > LONGEST_TO_SHORTEST * min(size):
            raise BadImage(
                f"a picture of {width}×{height} px is too long for its width",
                fix=f"cut it so that the sides differ by less than {LONGEST_TO_SHORTEST} times",
            )
        rows, columns = smart_resize(
            height, width, self.cell, min_pixels=self.least_pixels, max_pixels=self.most_pixels
        )
        return columns, rows

    def grid(self, size: tuple[int, int]) -> Grid:
        width, height = self.fit(size)
        return Grid(1, height // self.patch, width // self.patch)

    def cut(self, pixels: Pixels) -> Patches:
        return self.cut_all([pixels])

    def cut_all(self, pictures: Sequence[Pixels]) -> Patches:
        """Patches of pictures of any sizes, one after another; runs of one size are cut at once.

        A picture whose size does not fit is resized by the image processor itself.
        """
        patches = [np.empty((0, self.width), dtype=np.float32)]
        for (rows, columns, *_), run in groupby(pictures, key=np.shape):
            stack = np.stack(list(run))
            fits = self.fit((columns, rows)) == (columns, rows)
            cut = self.cut_stack(stack) if fits else self._resize_and_cut(stack)
            patches.append(cut.reshape(-1, self.width))
        return np.concatenate(patches)

    def cut_stack(self, stack: NDArray[np.uint8]) -> Patches:
        """Pictures of one size that fits the grid, [n, h, w] or [n, h, w, 3] → [n, patches, width].

        Does not check the size: a training loop calls it for every batch.
        """
        count, height, width = stack.shape[:3]
        side = (self.merge, self.patch)
        blocks = stack.reshape(count, height // self.cell, *side, width // self.cell, *side, -1)
        blocks = blocks.transpose(0, 1, 4, 2, 5, 7, 3, 6)
        *places, channels, rows, columns = blocks.shape
        patches = np.empty((*places, 3, self.frames, rows, columns), dtype=np.float32)
        for channel, values in enumerate(self._values):
            levels = blocks[..., channel % channels, :, :]
            patches[..., channel, :, :, :] = values[levels][..., None, :, :]
        return patches.reshape(count, -1, self.width)

    def _resize_and_cut(self, stack: NDArray[np.uint8]) -> Patches:
        colored = stack if stack.ndim == 4 else np.repeat(stack[..., None], 3, axis=3)
        resized = self._processor(
            images=list(colored),
            return_tensors="np",
            input_data_format="channels_last",  # else three rows are taken for three channels
        )
        return np.asarray(resized["pixel_values"], dtype=np.float32)


def _values_of_levels(image_processor: BaseImageProcessor) -> NDArray[np.float32]:
    """What the processor makes of each 8-bit level: 3 channels × 256."""
    levels = np.broadcast_to(np.arange(256, dtype=np.uint8), (3, 1, 256))
    values = levels.astype(np.float32)
    if image_processor.do_rescale:
        values = image_processor.rescale(levels, image_processor.rescale_factor)
    if image_processor.do_normalize:
        values = image_processor.normalize(
            values, image_processor.image_mean, image_processor.image_std
        )
    return values.reshape(3, 256)
