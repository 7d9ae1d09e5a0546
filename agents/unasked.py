from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from foveal.models.coordinates import Coordinates
from foveal.models.protocol import ChooseRequest, WriteRequest


@dataclass(frozen=True)
class Unasked:
    """In the place of the model that a run was made with, where nothing is asked any more."""

    name: str
    revision: str
    coordinates: Coordinates = field(default_factory=Coordinates)

    def write(self, requests: Sequence[WriteRequest]) -> NoReturn:
        raise AssertionError(f"{len(requests)} requests to a model that is not there")

    def choose(self, requests: Sequence[ChooseRequest]) -> NoReturn:
        raise AssertionError(f"{len(requests)} requests to a model that is not there")
