"""What is fixed for a run: model, workflow, the images by their names, and who keeps a record."""

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from foveal.models.protocol import VisionLanguageModel
from foveal.schemas.image import ImageId
from foveal.schemas.workflow import Workflow
from foveal.tools.image import Image, Pixels


class Recorder(Protocol):
    """Keeps what a run saw and did; a graph runs the same with or without one."""

    def image(self, image_id: ImageId, pixels: Pixels) -> None: ...

    def append(self, kind: str, **data: object) -> None: ...


class NoRecord:
    def image(self, image_id: ImageId, pixels: Pixels) -> None: ...

    def append(self, kind: str, **data: object) -> None: ...


class Journal(Protocol):
    """Keeps what a node was answered under the hash of what it asked; on disk when `keep` ends."""

    def recall(self, node: str, asked: str) -> dict[str, Any] | None: ...

    def keep(self, node: str, asked: str, answered: dict[str, Any]) -> None: ...


class Gallery:
    """The images of one run by their name."""

    def __init__(self, *images: Image) -> None:
        self._images = {image.id: image for image in images}
        self._valid: dict[ImageId, NDArray[np.bool_]] = {}

    def __getitem__(self, image_id: ImageId) -> Image:
        return self._images[image_id]

    def add_moved(self, image: Image, *, valid: NDArray[np.bool_]) -> ImageId:
        """An image laid over another; `valid` is where it has pixels of its own."""
        self._images[image.id] = image
        self._valid[image.id] = valid
        return image.id

    def valid(self, image_id: ImageId) -> NDArray[np.bool_]:
        """Height × width, of an image that was moved."""
        return self._valid[image_id]


@dataclass(frozen=True)
class Context:
    model: VisionLanguageModel
    workflow: Workflow
    gallery: Gallery
    recorder: Recorder = field(default_factory=NoRecord)
    date: str | None = None
    """Of the run, as documents state it."""

    waits: bool = False
    """Whether a run that ends in review waits for a person."""
