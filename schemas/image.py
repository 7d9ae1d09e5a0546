from typing import Annotated

from pydantic import Field

from foveal.schemas.base import Strict

ImageId = Annotated[str, Field(pattern=r"^img:[0-9a-f]{64}$")]
"""SHA-256 over mode, size and pixels as intake left them, so equal pixels share a name."""


class ImageRecord(Strict):
    """One input image of a run, as the report lists it."""

    name: str = Field(description="what instructions call it, e.g. 'A' or 'template'")
    id: ImageId
    size_px: tuple[int, int] = Field(description="width and height after EXIF orientation")
    source: str = Field(description="file name as given; never a full path")
    px_per_mm: float | None = Field(default=None, gt=0, description="scale, where it is known")
