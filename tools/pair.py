"""What every call that compares two images has, and how grey and colour are brought together."""

import numpy as np
from pydantic import Field

from foveal.schemas.errors import BadToolCall
from foveal.tools.exposure import match_exposure
from foveal.tools.image import Image, Pixels
from foveal.tools.region import Images, Region, named
from foveal.tools.tone import grey


class Pair(Region):
    reference: str = Field(description="name of the image to compare it with")

    def images_in(self, images: Images) -> tuple[Image, Image]:
        """The image and its reference, which show the same part in the same place."""
        image, reference = self.image_in(images), named(self.reference, images)
        if image.size != reference.size:
            raise BadToolCall(
                f"image {self.image!r} is {image.size} and {self.reference!r} is {reference.size}",
                fix="choose two images of one size",
            )
        return image, reference


def alike(image: Pixels, reference: Pixels) -> tuple[Pixels, Pixels]:
    """Both as they are where both are grey or both in colour, else both grey."""
    return (image, reference) if image.ndim == reference.ndim else (grey(image), grey(reference))


def exposed_like(image: Pixels, reference: Pixels) -> Pixels:
    """The reference in the exposure of the image, each colour channel by itself."""
    valid = np.ones(image.shape[:2], np.bool_)
    if image.ndim == 2:
        return match_exposure(reference, image, valid=valid)
    channels = zip(np.moveaxis(reference, 2, 0), np.moveaxis(image, 2, 0), strict=True)
    return np.dstack([match_exposure(there, here, valid=valid) for there, here in channels])


def strongest(difference: Pixels) -> Pixels:
    """One channel: the largest over the colours."""
    return difference if difference.ndim == 2 else difference.max(axis=2)
