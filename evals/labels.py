from collections.abc import Iterable, Sequence
from dataclasses import replace

from foveal.evals.pairs import LabelledPair
from foveal.schemas.errors import BadLabel, BadWorkflow
from foveal.schemas.workflow import Workflow


def require_labels(workflow: Workflow, labels: Iterable[str]) -> None:
    """A workflow that knows them under no name would score zero without a word."""
    missing = sorted(label for label in set(labels) if not is_defect(label, workflow))
    if missing:
        raise BadWorkflow(
            f"workflow {workflow.name!r} has no labels {missing}, as these boards have",
            fix="measure a workflow that has them",
        )


def is_defect(label: str, workflow: Workflow) -> bool:
    """Under any of its names."""
    try:
        return workflow.glossary.term(label) != workflow.harmless
    except BadLabel:
        return False


def in_terms_of(workflow: Workflow, pairs: Sequence[LabelledPair]) -> list[LabelledPair]:
    """Pairs whose labels are the workflow's own, whichever of its names the data uses."""
    return [_renamed(pair, workflow) for pair in pairs]


def _renamed(pair: LabelledPair, workflow: Workflow) -> LabelledPair:
    glossary = workflow.glossary
    truths = (truth._replace(label=glossary.term(truth.label)) for truth in pair.truths)
    return replace(pair, truths=tuple(truths))
