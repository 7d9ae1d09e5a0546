from collections.abc import Iterable

from foveal.schemas.errors import BadWorkflow
from foveal.schemas.workflow import Workflow


def require_labels(workflow: Workflow, labels: Iterable[str]) -> None:
    """A workflow that names things otherwise would score zero without a word."""
    missing = sorted(set(labels) - set(workflow.defects))
    if missing:
        raise BadWorkflow(
            f"workflow {workflow.name!r} has no labels {missing}, as these boards have",
            fix="measure a workflow that has them",
        )
