"""Whether an answer completes its task, and where it does not, why."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from jsonschema_rs import validator_for

from foveal.evals.layered_tasks.answers import Answer
from foveal.evals.layered_tasks.task import LayeredTask, Value
from foveal.evals.matching import LEAST_IOU
from foveal.schemas.box import Box

Outcome = Literal["completed", "invalid", "disobeys", "wrong", "error"]
"""`invalid`: no JSON that the schema accepts; `disobeys`: lists what the constraint excludes;
`error`: ended by an error that tells a person what to do."""


class Judged(NamedTuple):
    outcome: Outcome
    why: str


def scored(answer: Answer, task: LayeredTask, px_per_mm: float | None) -> Judged:
    if answer.value is None:
        return Judged("invalid", answer.refused or "no JSON that the schema accepts")
    if excluded := _excluded(answer.value, task, px_per_mm):
        return Judged("disobeys", f"lists {excluded}")
    if not agrees(answer.value, task.truth):
        return Judged("wrong", f"{answer.value} is not {task.truth}")
    return Judged("completed", "")


def agrees(said: Value, true: Value) -> bool:
    """Boxes meet, lists match item by item in any order, everything else is equal."""
    if isinstance(true, Box):
        return isinstance(said, Box) and true.iou(said) > LEAST_IOU
    if isinstance(true, dict):
        return (
            isinstance(said, dict)
            and said.keys() == true.keys()
            and all(agrees(said[name], true[name]) for name in true)
        )
    if isinstance(true, list):
        return isinstance(said, list) and _match(said, true)
    return said == true


def _match(said: Sequence[Value], true: Sequence[Value]) -> bool:
    """Whether each item agrees with one of its own."""
    if not said or not true:
        return len(said) == len(true)
    first, rest = said[0], said[1:]
    return len(said) == len(true) and any(
        agrees(first, one) and _match(rest, [*true[:index], *true[index + 1 :]])
        for index, one in enumerate(true)
    )


def _excluded(
    answer: dict[str, Value], task: LayeredTask, px_per_mm: float | None
) -> dict[str, Any] | None:
    """The first item that the constraint does not let through; its box says how large it is."""
    constraint = task.question.constraint
    listed = answer.get("findings")
    if constraint is None or constraint.finding is None or not isinstance(listed, list):
        return None
    rule = validator_for(constraint.finding, offline=True)
    found = (_as_finding(item, px_per_mm) for item in listed)
    return next((finding for finding in found if not rule.is_valid(finding)), None)


def _as_finding(item: Value, px_per_mm: float | None) -> dict[str, Any]:
    assert isinstance(item, dict), "the schema lets nothing else through"
    box = item["box"]
    assert isinstance(box, Box), "boxes are read before they are scored"
    finding: dict[str, Any] = {"label": item["label"], "box_px": list(box)}
    if px_per_mm is not None:
        finding["size_mm"] = max(box.width, box.height) / px_per_mm
    return finding
