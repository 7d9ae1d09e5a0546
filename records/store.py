from dataclasses import dataclass
from pathlib import Path

from foveal.records.png import NOT_PNG, Pixels, decode, encode
from foveal.records.whole_file import write_whole
from foveal.schemas.errors import BadImage
from foveal.schemas.image import ImageId, name_pixels

CHANGED = "the run was changed after it was written: run it again"
"""What to do where its files are not as they were."""

_NAME_LENGTH = 16
"""Hex digits of the hash in a file name; the rest is checked when the file is read."""


@dataclass(frozen=True, eq=False)
class StoredImage:
    """A file of the store, and what it shows."""

    png: bytes
    pixels: Pixels


class ImageStore:
    """The pixels of a run, as PNG files named after what they show."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, image_id: ImageId) -> Path:
        digest = image_id.removeprefix("img:")
        return self.folder / f"{digest[:_NAME_LENGTH]}.png"

    def save(self, image_id: ImageId, pixels: Pixels) -> None:
        """Saving the same pixels again costs no writing."""
        assert name_pixels(pixels) == image_id, f"these pixels are not {image_id}"
        path = self.path(image_id)
        if not path.exists():
            write_whole(path, encode(pixels))

    def load(self, image_id: ImageId) -> Pixels:
        return self.read(image_id).pixels

    def read(self, image_id: ImageId) -> StoredImage:
        """Exactly the pixels that were saved, else BadImage."""
        path = self.path(image_id)
        try:
            png = path.read_bytes()
            stored = StoredImage(png, decode(png))
        except FileNotFoundError as error:
            raise _lost(path, "is missing") from error
        except NOT_PNG as error:
            raise _lost(path, "cannot be read") from error
        if name_pixels(stored.pixels) != image_id:
            raise _lost(path, f"does not show {image_id!r}")
        return stored


def _lost(path: Path, what: str) -> BadImage:
    return BadImage(f"{str(path)!r} {what}", fix=CHANGED)
