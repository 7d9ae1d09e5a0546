from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the command line imports this file to print its help
    from foveal.models.protocol import VisionLanguageModel
    from foveal.schemas.loading import Loading
    from foveal.schemas.workflow import Workflow


@dataclass(frozen=True)
class ModelChoice:
    """Which model answers and how it is loaded, where that differs from the workflow."""

    name: str | None = None
    loading: "Loading | None" = None
    """What it sets takes the place of the workflow's."""

    def for_workflow(self, workflow: "Workflow") -> "ModelChoice":
        """Complete: a name, and all of how to load it."""
        loading = workflow.loading
        if self.loading is not None or self.name is not None:
            from foveal.schemas.loading import Loading

            given = self.loading or Loading()
            loading = loading.overridden(given, same_model=self.name is None)
        return ModelChoice(self.name or workflow.model, loading)

    def find(self) -> "Callable[[], VisionLanguageModel]":
        """What loads it. What cannot be loaded is refused here, before torch is imported."""
        from foveal.models.source import find_source
        from foveal.schemas.loading import Loading

        name, loading = self.name or "tiny", self.loading or Loading()
        find_source(name, loading)
        return partial(_load, name, loading)


def _load(name: str, loading: "Loading") -> "VisionLanguageModel":
    from foveal.models.load import load_model

    return load_model(name, loading)
