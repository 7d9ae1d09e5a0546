"""Who inspects the items of a batch: threads of this process, or others that look the same."""

from dataclasses import dataclass
from typing import Protocol

from foveal.inspecting import Inspector
from foveal.manifest import Item
from foveal.models.protocol import VisionLanguageModel
from foveal.records.outcome import Inspected


class Workers(Protocol):
    """Asked by as many threads as there may be items in flight."""

    @property
    def in_flight(self) -> int: ...

    def inspect(self, item: Item) -> Inspected:
        """Raises BadOutput or BadCluster where no other item could be inspected either.

        Raises CancelledError for one that was not begun before `stop`.
        """

    def stop(self) -> None:
        """Begin no more items."""


@dataclass(frozen=True)
class LocalWorkers:
    """The threads that ask."""

    inspector: Inspector
    model: VisionLanguageModel
    in_flight: int

    def inspect(self, item: Item) -> Inspected:
        return self.inspector.inspect(item, self.model)

    def stop(self) -> None: ...
