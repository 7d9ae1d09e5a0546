from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:  # the command line imports this file to print its help
    from foveal.models.protocol import VisionLanguageModel

Dtype = Literal["auto", "float32", "bfloat16", "float16"]


@dataclass(frozen=True)
class ModelChoice:
    """Which model answers, and where and how precisely it computes."""

    name: str | None = None
    device: str = "auto"
    dtype: Dtype = "auto"

    def find(self, otherwise: str) -> "Callable[[], VisionLanguageModel]":
        """What loads it. A model that is not there is refused here, before torch is imported."""
        from foveal.models.checkpoint import find_checkpoint

        name = self.name or otherwise
        find_checkpoint(name)
        return partial(self._load, name)

    def _load(self, name: str) -> "VisionLanguageModel":
        from foveal.models.load import load_model

        return load_model(name, device=self.device, dtype=self.dtype)
