"""What every eval module offers: `run(options)` gives figures ready for JSON, `show(figures)` a
rich renderable of them. The modules are those in `foveal.evaluation`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rich.console import RenderableType

from foveal.agents.calibration import require_revision
from foveal.models.protocol import VisionLanguageModel
from foveal.schemas.errors import BadWorkflow
from foveal.schemas.loading import Loading
from foveal.schemas.workflow import Workflow

Progress = Callable[[int, int], None]
"""Told (done, total) after each pair."""


def _unwatched(done: int, total: int) -> None: ...


def _load_here(name: str, loading: Loading) -> VisionLanguageModel:
    from foveal.models.load import load_model

    return load_model(name, loading)


@dataclass(frozen=True, kw_only=True)
class EvalOptions:
    """What `foveal eval NAME` passes on."""

    workflow: Workflow
    data: Path | None = None
    """Where labelled pairs are; evals that draw their own boards do without."""

    limit: int | None = None
    """Pairs measured, spread evenly over all there are; all where none is given."""

    logs: Path | None = None
    """Where an eval that writes logs keeps them."""

    progress: Progress = _unwatched
    other_weights: bool = False
    """Whether they were chosen in the place of the workflow's, so its calibration need not fit."""

    load: Callable[[str, Loading], VisionLanguageModel] = _load_here
    """Gives a model by its name; the front door's also knows servers."""

    def __post_init__(self) -> None:
        if self.limit is not None and self.limit < 1:
            raise BadWorkflow(f"a limit of {self.limit} measures nothing", fix="give 1 or more")

    def load_model(self) -> VisionLanguageModel:
        model = self.load(self.workflow.model, self.workflow.loading)
        if not self.other_weights:
            require_revision(self.workflow, model)
        return model


class Eval(Protocol):
    def run(self, options: EvalOptions) -> dict[str, object]: ...

    def show(self, figures: dict[str, object]) -> RenderableType: ...
