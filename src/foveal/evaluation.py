"""Which evals there are; each is imported when it is asked for."""

from importlib import import_module
from typing import TYPE_CHECKING, cast

from foveal.schemas.errors import BadWorkflow
from foveal.wording import suggest

if TYPE_CHECKING:
    from foveal.evals.options import Eval

EVALS = (
    "align",
    "deeppcb",
    "documents",
    "drawn",
    "evidence",
    "hostile",
    "layered_tasks",
    "roles",
    "verdicts",
)

_LOGGED = ("layered_tasks",)


def find_eval(name: str) -> "Eval":
    if name not in EVALS:
        raise BadWorkflow(f"there is no eval {name!r}", fix=suggest(name, EVALS))
    return cast("Eval", import_module(f"foveal.evals.{name}"))


def default_workflow(name: str, *, has_data: bool) -> str:
    """The one that ships and is measured where none is given.

    Layered tasks on data are for parts without a template, which leave most to find.
    """
    return "board-inspect" if name == "layered_tasks" and has_data else "board-compare"


def require_logs(name: str) -> None:
    """Raises BadWorkflow where the eval writes none."""
    if name not in _LOGGED:
        raise BadWorkflow(f"eval {name!r} writes no logs", fix="leave --logs out")
