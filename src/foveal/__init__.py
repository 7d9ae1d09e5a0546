"""Looks closer and proves it: visual inspection in which every finding is tied to its pixels.

    import foveal

    report = foveal.compare("template.png", "tested.png", out="run")
    print(report.verdict, report.findings)

Names are imported when they are first used, so that importing foveal stays instant.
"""

from logging import NullHandler, getLogger
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from foveal.api import batch, compare, inspect, replay, resume, run, watch
    from foveal.cluster import Cluster
    from foveal.models.load import load_model
    from foveal.schemas.errors import FovealError
    from foveal.schemas.finding import Finding
    from foveal.schemas.loading import Loading
    from foveal.schemas.report import Report
    from foveal.schemas.server import Server
    from foveal.schemas.workflow import Workflow
    from foveal.serving import connect
    from foveal.workflow_file import load_workflow

    __version__: str

__all__ = [
    "Cluster",
    "Finding",
    "FovealError",
    "Loading",
    "Report",
    "Server",
    "Workflow",
    "__version__",
    "batch",
    "compare",
    "connect",
    "inspect",
    "load_model",
    "load_workflow",
    "replay",
    "resume",
    "run",
    "watch",
]

_MODULES = {
    "Cluster": "cluster",
    "Finding": "schemas.finding",
    "FovealError": "schemas.errors",
    "Loading": "schemas.loading",
    "Report": "schemas.report",
    "Server": "schemas.server",
    "Workflow": "schemas.workflow",
    "batch": "api",
    "compare": "api",
    "connect": "serving",
    "inspect": "api",
    "load_model": "models.load",
    "load_workflow": "workflow_file",
    "replay": "api",
    "resume": "api",
    "run": "api",
    "watch": "api",
}

getLogger(__name__).addHandler(NullHandler())

if not TYPE_CHECKING:  # so that a type checker still finds a misspelt name

    def __getattr__(name: str) -> object:
        if name == "__version__":
            from importlib.metadata import version

            return version("foveal")
        if name in _MODULES:
            from importlib import import_module

            return getattr(import_module(f"foveal.{_MODULES[name]}"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted([*globals(), *__all__])
