"""What the workflow's constraints leave of the findings; enforced here, not by the model."""

from typing import NamedTuple

from jsonschema_rs import validator_for

from foveal.schemas.finding import Finding
from foveal.schemas.report import Removed
from foveal.schemas.text import quoted
from foveal.schemas.workflow import Workflow


class Constrained(NamedTuple):
    kept: list[Finding]
    removed: list[Removed]


def constrained(findings: list[Finding], workflow: Workflow) -> Constrained:
    """A finding that breaks a constraint is removed, under the first that it breaks."""
    rules = [
        (quoted(constraint.sentence), validator_for(constraint.finding, offline=True))
        for constraint in workflow.constraints
        if constraint.finding
    ]
    result = Constrained([], [])
    for finding in findings:
        said = finding.model_dump(mode="json", exclude_none=True)
        broken = next((sentence for sentence, rule in rules if not rule.is_valid(said)), None)
        if broken is None:
            result.kept.append(finding)
        else:
            result.removed.append(Removed(finding=finding, constraint=broken))
    return result
