"""What the workflow's constraints leave of the findings; enforced here, not by the model."""

from typing import Any, NamedTuple

from jsonschema_rs import validator_for

from foveal.schemas.finding import Finding
from foveal.schemas.report import Removed
from foveal.schemas.workflow import Workflow


class Constrained(NamedTuple):
    kept: list[Finding]
    removed: list[Removed]


def constrained(findings: list[Finding], workflow: Workflow) -> Constrained:
    """A finding that breaks a constraint is removed, under the first that it breaks."""
    result = Constrained([], [])
    for finding in findings:
        broken = _broken(finding.model_dump(mode="json", exclude_none=True), workflow)
        if broken is None:
            result.kept.append(finding)
        else:
            result.removed.append(Removed(finding=finding, constraint=broken))
    return result


def _broken(finding: dict[str, Any], workflow: Workflow) -> str | None:
    for constraint in workflow.constraints:
        if constraint.finding and not validator_for(constraint.finding, offline=True).is_valid(
            finding
        ):
            return constraint.sentence
    return None
