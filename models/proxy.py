"""A model in front of another."""

from collections.abc import Sequence
from dataclasses import dataclass

from foveal.models.coordinates import Coordinates
from foveal.models.protocol import (
    Choice,
    ChooseRequest,
    Reply,
    VisionLanguageModel,
    WriteRequest,
    sent_size,
)


@dataclass(eq=False)
class ModelProxy:
    """Answers as `model` does and is known by its name; a subclass adds what it does besides."""

    model: VisionLanguageModel

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def revision(self) -> str:
        return self.model.revision

    @property
    def coordinates(self) -> Coordinates:
        return self.model.coordinates

    def fit(self, size: tuple[int, int]) -> tuple[int, int]:
        return sent_size(self.model, size)

    def write(self, requests: Sequence[WriteRequest]) -> list[Reply]:
        return self.model.write(requests)

    def choose(self, requests: Sequence[ChooseRequest]) -> list[Choice]:
        return self.model.choose(requests)
