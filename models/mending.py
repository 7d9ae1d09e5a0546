"""Replies that do not validate: the failing value is written anew, a few times, and on record."""

from collections.abc import Callable
from dataclasses import replace

from foveal.models.protocol import Repair, Reply
from foveal.models.repair import Gap
from foveal.schemas.errors import BadReply

MOST_REPAIRS = 3


def mend(
    reply: Reply, *, find: Callable[[str], Gap | None], rewrite: Callable[[Reply, Gap], Reply]
) -> Reply:
    """`find` gives the first value that fails; `rewrite` a reply that holds one to put there.

    A text that was cut is not looked at. One that cannot be mended is an error.
    """
    while reply.finish == "stop" and (gap := find(reply.text)):
        if len(reply.repairs) == MOST_REPAIRS:
            raise _beyond_repair(reply, gap)
        reply = _filled(reply, gap, rewrite(reply, gap))
    return reply


def failed_before(reply: Reply, gap: Gap) -> list[str]:
    """What has been written at the same place, and must not come again."""
    return [*[was.was for was in reply.repairs if was.location == gap.location], gap.was]


def _filled(reply: Reply, gap: Gap, part: Reply) -> Reply:
    """Where the new value was cut, so is the reply."""
    became = Repair(gap.location, gap.reason, gap.was, part.text)
    return replace(
        reply,
        text=gap.before + part.text + (gap.after if part.finish == "stop" else ""),
        finish=part.finish,
        log_probabilities=reply.log_probabilities + part.log_probabilities,
        usage=reply.usage + part.usage,
        lenient=reply.lenient or part.lenient,
        repairs=(*reply.repairs, became),
        ids=(),
    )


def _beyond_repair(reply: Reply, gap: Gap) -> BadReply:
    return BadReply(
        f"after {MOST_REPAIRS} repairs the model's reply {reply.text!r} is still refused "
        f"by its JSON Schema, at {gap.location or 'its root'!r} ({gap.reason})",
        fix="say in the instructions what is wanted there, or use keywords that can be enforced "
        "while it writes",
    )
