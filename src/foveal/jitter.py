"""Disturbances by their names, as a command line gives them."""

from foveal.evals.disturbance import JITTERS, Jitter
from foveal.schemas.errors import BadWorkflow
from foveal.wording import suggest


def read_jitter(names: str) -> tuple[Jitter, ...]:
    """Names between commas, each taken once, in the order in which studies list them."""
    given = {name.strip() for name in names.split(",")}
    for name in sorted(given - set(JITTERS)):
        raise BadWorkflow(f"no disturbance is called {name!r}", fix=suggest(name, JITTERS))
    return tuple(kind for kind in JITTERS if kind in given)
