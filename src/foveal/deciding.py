"""A decision, from what the command line says of it."""

from datetime import datetime

from foveal.schemas.decision import Choice, Decision
from foveal.schemas.errors import BadWorkflow


def read_decision(
    *,
    accept: bool,
    reject: bool,
    relabel: list[str] | None,
    by: str | None,
    reason: str | None,
) -> Decision | None:
    """None where nothing is decided. Raises BadWorkflow."""
    given: dict[Choice, bool] = {"accept": accept, "reject": reject, "relabel": bool(relabel)}
    chosen = [choice for choice, is_given in given.items() if is_given]
    if not chosen and by is None and reason is None:
        return None
    if len(chosen) != 1:
        raise BadWorkflow(
            f"{len(chosen)} decisions are given", fix="give one of --accept, --reject, --relabel"
        )
    if not by or not reason:
        raise BadWorkflow("a decision needs a name and a reason", fix="add --by and --reason")
    labels = dict(_label(text) for text in relabel or [])
    now = datetime.now().astimezone()
    return Decision(choice=chosen[0], labels=labels, by=by, reason=reason, at=now)


def _label(text: str) -> tuple[int, str]:
    number, equals, label = text.partition("=")
    if not (number.isdecimal() and equals and label):
        raise BadWorkflow(f"{text!r} names no finding", fix="give its number and a label: 2=short")
    return int(number), label
