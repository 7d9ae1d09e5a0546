"""The same request with fewer pixels, where there is no memory for all that it shows."""

from collections.abc import Sequence
from math import sqrt

import numpy as np
import PIL.Image

from foveal.models.job import Job
from foveal.models.patches import Grid, Patcher
from foveal.models.prompt import IMAGE, TEXT, Outline
from foveal.models.protocol import Pixels

LEAST_TOKENS = 64
"""Of a picture; one that takes no more is left as it is."""


def shrink(job: Job, patcher: Patcher) -> int:
    """Half the area for every picture that is large enough; how many there were.

    Its usage says so. Boxes are relative, so they keep their meaning.
    """
    pictures = [_halved(pixels, patcher) for pixels in job.pictures]
    count = sum(new is not old for new, old in zip(pictures, job.pictures, strict=True))
    if count:
        grids = [patcher.grid((seen.shape[1], seen.shape[0])) for seen in pictures]
        job.outline = _showing(job.outline, grids, merge=patcher.merge)
        job.pictures = pictures
        shrunk = max(count, job.usage.shrunk_images)
        job.usage = job.usage.model_copy(update={"shrunk_images": shrunk})
    return count


def _halved(pixels: Pixels, patcher: Patcher) -> Pixels:
    """The same object where it stays as it is."""
    width, height = patcher.fit((pixels.shape[1], pixels.shape[0]))
    tokens = width * height // patcher.cell**2
    scale = sqrt(max(tokens / 2, LEAST_TOKENS) / tokens)
    smaller = patcher.fit((_side(width, scale, patcher), _side(height, scale, patcher)))
    if smaller[0] * smaller[1] >= width * height:
        return pixels
    return np.asarray(PIL.Image.fromarray(pixels).resize(smaller, PIL.Image.Resampling.BICUBIC))


def _side(length: int, scale: float, patcher: Patcher) -> int:
    return max(patcher.cell, round(length * scale))


def _showing(outline: Outline, grids: Sequence[Grid], *, merge: int) -> Outline:
    """The same words about pictures of other sizes."""
    ids: list[int] = []
    types: list[int] = []
    read = 0
    for old, new in zip(outline.grids, grids, strict=True):
        start = outline.token_types.index(IMAGE, read)
        tokens = new.patches // merge**2
        ids += [*outline.ids[read:start], *[outline.ids[start]] * tokens]
        types += [*[TEXT] * (start - read), *[IMAGE] * tokens]
        read = start + old.patches // merge**2
    return Outline([*ids, *outline.ids[read:]], [*types, *outline.token_types[read:]], [*grids])
