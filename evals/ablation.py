"""What each layer and each tool of a workflow is worth, and what it costs.

    foveal ablate WORKFLOW DATA [--limit N] [--logs DIR] [--json]

The tasks and the ladder of `foveal eval layered_tasks`, and besides everything but one thing at a
time: gain, harm and cost of that thing where all others are there.
"""

from foveal.evals.layered_tasks.climb import climb
from foveal.evals.layered_tasks.rungs import without_each
from foveal.evals.layered_tasks.tables import show
from foveal.evals.options import EvalOptions

__all__ = ["run", "show"]


def run(options: EvalOptions) -> dict[str, object]:
    return climb(options, without=without_each()).model_dump()
