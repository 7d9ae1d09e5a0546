"""What every call on a region has: the image by its name in the task, and a box inside it.

Boxes arrive here in original pixels: a model writes them in its own coordinates, and its adapter
translates them first.
"""

from collections.abc import Mapping

from pydantic import Field

from foveal.schemas.base import Strict
from foveal.schemas.box import BoxPx
from foveal.schemas.errors import BadToolCall
from foveal.tools.image import Image

Images = Mapping[str, Image]
"""The images of a task under the names that the instructions use."""


class Region(Strict):
    image: str = Field(description="name of the image, as the task lists it")
    box: BoxPx = Field(description="region to look at: left, top, right, bottom")

    def image_in(self, images: Images) -> Image:
        """The image, where the box lies inside it."""
        image = named(self.image, images)
        if not self.box.fits(image.size):
            raise BadToolCall(
                f"box {list(self.box)} leaves image {self.image!r}",
                fix="choose a box inside the image",
            )
        return image


def named(name: str, images: Images) -> Image:
    if name not in images:
        raise BadToolCall(
            f"there is no image {name!r}", fix=f"choose one of {', '.join(map(repr, images))}"
        )
    return images[name]
