from typing import Literal

from pydantic import Field

from foveal.schemas.view import View
from foveal.tools.difference import absolute, structural
from foveal.tools.image import Pixels
from foveal.tools.pair import Pair, alike, exposed_like, strongest
from foveal.tools.region import Images
from foveal.tools.view import Seen

TOLERANCE_PX = 2
"""What alignment and the jitter of a scan leave."""

Kind = Literal["absolute", "structural"]


class FrameDifference(Pair):
    """Show where an image differs from another of the same part: black is equal, white differs."""

    kind: Kind = Field(
        default="structural",
        description="'absolute' shows every change of brightness or colour; 'structural' leaves "
        "out what other light or a shift by a pixel or two explains",
    )


def frame_difference(call: FrameDifference, images: Images) -> Seen:
    """A view of the image's region that shows differences, so boxes in it lead to the original."""
    image, reference = call.images_in(images)
    box = call.box
    levels = _difference(*alike(image.pixels, reference.pixels), kind=call.kind)
    pixels = levels[box.y1 : box.y2, box.x1 : box.x2].copy()
    pixels.setflags(write=False)
    return Seen(View(image=image.id, box_px=box, size_px=(box.width, box.height)), pixels)


def _difference(image: Pixels, reference: Pixels, *, kind: Kind) -> Pixels:
    if kind == "absolute":
        return strongest(absolute(reference, image))
    matched = exposed_like(image, reference)
    return strongest(structural(matched, image, tolerance_px=TOLERANCE_PX))
