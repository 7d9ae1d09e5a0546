"""Which evals there are; each is imported when it is asked for."""

from importlib import import_module
from typing import TYPE_CHECKING, cast

from foveal.schemas.errors import BadWorkflow
from foveal.wording import suggest

if TYPE_CHECKING:
    from foveal.evals.options import Eval

EVALS = ("align", "deeppcb", "drawn", "evidence", "hostile", "roles", "verdicts")


def find_eval(name: str) -> "Eval":
    if name not in EVALS:
        raise BadWorkflow(f"there is no eval {name!r}", fix=suggest(name, EVALS))
    return cast("Eval", import_module(f"foveal.evals.{name}"))
