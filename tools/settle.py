"""Local registration of whole regions: what an alignment of the whole image leaves behind."""

from collections.abc import Iterable

from foveal.schemas.box import Box
from foveal.tools.image import Pixels, size_of
from foveal.tools.register import register

_CONTEXT_PX = 12
"""Moved along with a region, so that no seam runs through what is looked at."""


def settle(template: Pixels, tested: Pixels, regions: Iterable[Box], *, reach: int) -> Pixels:
    """The template with each region moved to where it fits; itself where none had to move."""
    settled = template
    for region in regions:
        dx, dy = register(template, tested, region, reach=reach)
        if dx or dy:
            settled = settled.copy() if settled is template else settled
            size = size_of(template)
            there = region.grown(_CONTEXT_PX).clipped(size)
            here = there.shifted(-dx, -dy).clipped(size)
            there = here.shifted(dx, dy)
            settled[there.y1 : there.y2, there.x1 : there.x2] = template[
                here.y1 : here.y2, here.x1 : here.x2
            ]
    return settled
