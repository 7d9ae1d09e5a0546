"""What rungs completed, what each added to the one that it builds on, and at what cost."""

from collections import Counter
from collections.abc import Iterable, Sequence

from foveal.evals.bootstrap import Estimate
from foveal.evals.layered_tasks.rungs import Rung
from foveal.evals.layered_tasks.scoring import Outcome
from foveal.evals.layered_tasks.tried import Tried
from foveal.evals.share import Share
from foveal.schemas.base import Strict
from foveal.schemas.report import Usage


class Added(Strict):
    """With a thing against without it, on the same tasks; costs are a task's mean."""

    gain: Estimate
    """Share completed only with it."""

    harm: Estimate
    """Share completed only without it."""

    net: Estimate
    model_calls: Estimate
    new_tokens: Estimate
    prefill_tokens: Estimate
    seconds: Estimate


class RungFigures(Strict):
    """`completed` lies with 95 % between `low` and `high`, over tasks drawn with replacement."""

    rung: str
    against: str | None
    tasks: int
    completed: float
    low: float
    high: float
    added: Added | None
    """None where `against` was not run."""

    by_kind: dict[str, Share]
    by_language: dict[str, Share]
    failures: dict[Outcome, int]
    model_calls: int
    image_encodes: int
    prefill_tokens: int
    new_tokens: int
    seconds: float
    """On the clock, with tasks in flight together."""


def rung_figures(rung: Rung, tried: Sequence[Tried], *, more: Added | None) -> RungFigures:
    share = Estimate.of([one.completed for one in tried])
    usage = sum((one.usage for one in tried), Usage())
    return RungFigures(
        rung=rung.name,
        against=rung.against,
        tasks=len(tried),
        completed=share.value,
        low=share.low,
        high=share.high,
        added=more,
        by_kind=_shares((one.kind, one.completed) for one in tried),
        by_language=_shares((one.language, one.completed) for one in tried),
        failures=dict(Counter(one.outcome for one in tried if not one.completed)),
        model_calls=usage.model_calls,
        image_encodes=usage.image_encodes,
        prefill_tokens=usage.prefill_tokens,
        new_tokens=usage.new_tokens,
        seconds=_elapsed(tried),
    )


def added(tried: Sequence[Tried], without: Sequence[Tried]) -> Added:
    """`tried` with the thing, and the same tasks in the same order without it."""
    pairs = list(zip(tried, without, strict=True))
    assert all(one.task == other.task for one, other in pairs), "the tasks are the same"
    seconds = zip(_seconds(tried), _seconds(without), strict=True)
    return Added(
        gain=Estimate.of([one.completed and not other.completed for one, other in pairs]),
        harm=Estimate.of([other.completed and not one.completed for one, other in pairs]),
        net=Estimate.of([one.completed - other.completed for one, other in pairs]),
        model_calls=_more(pairs, "model_calls"),
        new_tokens=_more(pairs, "new_tokens"),
        prefill_tokens=_more(pairs, "prefill_tokens"),
        seconds=Estimate.of([one - other for one, other in seconds]),
    )


def _more(pairs: Iterable[tuple[Tried, Tried]], count: str) -> Estimate:
    return Estimate.of(
        [getattr(one.usage, count) - getattr(other.usage, count) for one, other in pairs]
    )


def _shares(rows: Iterable[tuple[str, bool]]) -> dict[str, Share]:
    found: dict[str, list[bool]] = {}
    for name, completed in rows:
        found.setdefault(name, []).append(completed)
    return {name: Share.counted(completed) for name, completed in sorted(found.items())}


def _elapsed(tried: Sequence[Tried]) -> float:
    return max(one.ended for one in tried) - min(one.started for one in tried)


def _seconds(tried: Sequence[Tried]) -> list[float]:
    """Each task's part of the time on the clock, as long as it was in flight."""
    in_flight = [one.ended - one.started for one in tried]
    part = _elapsed(tried) / sum(in_flight)
    return [part * seconds for seconds in in_flight]
