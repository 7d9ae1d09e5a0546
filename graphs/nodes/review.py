"""Runs that end in review wait for a person, whose decision completes the report."""

from langgraph.runtime import Runtime
from langgraph.types import interrupt

from foveal.agents.context import Context
from foveal.agents.inspection import Inspection
from foveal.schemas.decision import Decided, Decision
from foveal.schemas.errors import BadLabel
from foveal.schemas.finding import Finding
from foveal.schemas.report import Removed, Report
from foveal.schemas.workflow import Workflow


def review(state: Inspection, runtime: Runtime[Context]) -> Inspection:
    """Asks no model: a node that waited begins anew when it goes on."""
    context, report = runtime.context, state["report"]
    if not context.waits or report.verdict != "review":
        return {}
    decision = Decision.model_validate_json(interrupt(report.reason))
    context.recorder.append("decision", **decision.model_dump())
    return {"report": decided(report, decision, context.workflow)}


def decided(report: Report, decision: Decision, workflow: Workflow) -> Report:
    """Raises BadLabel where the decision names what is not there.

    A finding that is called harmless, or all of a report that is rejected, leaves the findings. A
    document was written of what stood there before, so it is withdrawn; the ledger keeps it.
    """
    for number in decision.labels:
        if not 1 <= number <= len(report.findings):
            raise BadLabel(
                f"there is no finding {number}", fix=f"the report has {len(report.findings)}"
            )
    kept: list[Finding] = []
    removed = list(report.removed)
    for number, finding in enumerate(report.findings, start=1):
        label = workflow.glossary.term(decision.labels.get(number, finding.label))
        if decision.choice == "reject" or label == workflow.harmless:
            removed.append(Removed(finding=finding, constraint=f"rejected by {decision.by}"))
        else:
            kept.append(finding.model_copy(update={"label": label}))
    harmless = decision.choice == "reject" or (decision.choice == "relabel" and not kept)
    return report.model_copy(
        update={
            "verdict": "pass" if harmless else "fail",
            "reason": f"{decision.by} decided: {decision.reason}",
            "findings": kept,
            "removed": removed,
            "document": None,
            "facts": {},
            "sources": {},
            "decided": Decided(decision=decision, was=report.reason),
        }
    )
