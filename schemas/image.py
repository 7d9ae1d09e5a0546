from hashlib import sha256
from typing import Annotated, Protocol

from pydantic import Field

from foveal.schemas.base import Strict

ImageId = Annotated[str, Field(pattern=r"^img:[0-9a-f]{64}$")]
"""SHA-256 over mode, size and pixels as intake left them, so equal pixels share a name."""


class _Array(Protocol):
    """A numpy array of 8-bit pixels; schemas go without importing numpy."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    @property
    def data(self) -> memoryview: ...


def name_pixels(pixels: _Array) -> ImageId:
    """`img:` and the SHA-256 over mode, size and pixels: 2×3 and 3×2 zeros differ."""
    height, width = pixels.shape[:2]
    mode = "L" if len(pixels.shape) == 2 else "RGB"
    digest = sha256(f"{mode} {width}x{height}\n".encode())
    digest.update(pixels.data if pixels.data.c_contiguous else pixels.data.tobytes())
    return f"img:{digest.hexdigest()}"


class ImageRecord(Strict):
    """One input image of a run, as the report lists it."""

    name: str = Field(description="what instructions call it, e.g. 'A' or 'template'")
    id: ImageId
    size_px: tuple[int, int] = Field(description="width and height after EXIF orientation")
    source: str = Field(description="file name as given; never a full path")
    px_per_mm: float | None = Field(default=None, gt=0, description="scale, where it is known")
