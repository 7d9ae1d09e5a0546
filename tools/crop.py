from foveal.tools.region import Images, Region
from foveal.tools.view import Seen, cut


class Crop(Region):
    """Cut a region out of an image to look at it alone, pixel by pixel as it is."""


def crop(call: Crop, images: Images) -> Seen:
    image = call.image_in(images)
    return cut(image, call.box, size=(call.box.width, call.box.height))
