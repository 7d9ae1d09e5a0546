from dataclasses import dataclass

from foveal.records.run_directory import RunDirectory
from foveal.schemas.image import ImageId
from foveal.tools.image import Pixels


@dataclass(frozen=True)
class RunRecorder:
    """What a graph records goes to the run's directory; the two do not know each other."""

    directory: RunDirectory

    def image(self, image_id: ImageId, pixels: Pixels) -> None:
        self.directory.images.save(image_id, pixels)

    def append(self, kind: str, **data: object) -> None:
        self.directory.ledger.append(kind, **data)
