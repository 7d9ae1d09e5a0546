"""Files → images, decoded in this process. `decoding` reads what may be hostile."""

from pathlib import Path

from foveal.tools.image import Image, image_from
from foveal.tools.picture_file import MAX_PIXELS, read_pixels


def read_image(path: Path, *, max_pixels: int = MAX_PIXELS) -> Image:
    """Raises BadImage where `path` is not an image foveal reads."""
    return image_from(read_pixels(path, max_pixels=max_pixels), path.name)
