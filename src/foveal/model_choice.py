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
        name, loading = self.name or workflow.model, workflow.loading
        if self.loading is not None or self.name is not None:
            from foveal.schemas.loading import Loading

            given = self.loading or Loading()
            loading = loading.for_model(name) if self.name else loading
            loading = loading.overridden(given, same_model=self.name is None)
        return ModelChoice(name, loading)

    def put_into(self, workflow: "Workflow") -> "Workflow":
        """The workflow with this model in the place of its own."""
        chosen = self.for_workflow(workflow)
        return workflow.model_copy(update={"model": chosen.name, "loading": chosen.loading})

    def is_other(self, workflow: "Workflow") -> bool:
        """Whether other weights answer than the workflow names."""
        chosen = self.for_workflow(workflow)
        return _weights(chosen.name, chosen.loading) != _weights(workflow.model, workflow.loading)

    def find_for(self, workflow: "Workflow") -> "Callable[[], VisionLanguageModel]":
        """What loads the model that answers for a workflow, whose calibration must then fit.

        Unless other weights were chosen: they answer uncalibrated where it does not.
        """
        chosen, is_other = self.for_workflow(workflow), self.is_other(workflow)
        load = chosen.find()

        def load_checked() -> "VisionLanguageModel":
            from foveal.agents.calibration import require_revision

            model = load()
            if not is_other:
                require_revision(workflow, model)
            return model

        return load_checked

    def find(self, *, fresh: bool = False) -> "Callable[[], VisionLanguageModel]":
        """What loads it. What cannot be loaded is refused here, before torch is imported.

        A server is connected to here, and with `fresh` tried out again.
        """
        from foveal.schemas.loading import Loading
        from foveal.schemas.server import served_name

        name, loading = self.name or "tiny", self.loading or Loading()
        if served_name(name) is not None or loading.server is not None:
            from foveal.serving import connect, require_server

            served = connect(name, require_server(name, loading), fresh=fresh)
            return lambda: served
        from foveal.models.source import find_source

        find_source(name, loading)
        return partial(_load, name, loading)


def _weights(name: str | None, loading: "Loading | None") -> tuple[str | None, ...]:
    return (name, loading.lora, loading.quantisation) if loading else (name, None, None)


def _load(name: str, loading: "Loading") -> "VisionLanguageModel":
    from foveal.models.load import load_model

    return load_model(name, loading)


def load(name: str, loading: "Loading") -> "VisionLanguageModel":
    """In this process, or behind a server."""
    return ModelChoice(name, loading).find()()
