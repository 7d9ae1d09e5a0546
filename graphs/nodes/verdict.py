"""Pass, fail or review, and why."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from foveal.schemas.finding import Finding
from foveal.schemas.limits import Limits
from foveal.schemas.verdict import Verdict

_NAMED = 3
"""So many undecided regions are named; the report lists them all."""


@dataclass(frozen=True)
class Outcome:
    verdict: Verdict
    reason: str


def outcome(
    suspects: Sequence[Finding],
    decision: Limits,
    *,
    judged: int,
    removed: int,
    compared: bool = True,
) -> Outcome:
    """`suspects` are left of `judged` regions, found by comparing or by searching.

    `removed` of them broke a constraint.

    What lies below the review band decides nothing. A finding above it fails. Anything else that
    may be wrong is for a person: inside the band, or above it though too unlikely to be reported.
    So is what was tested and has no support in its pixels, however sure the model was.
    """
    low, high = decision.review
    doubted = [suspect for suspect in suspects if suspect.confidence >= low]
    unsupported = [suspect for suspect in doubted if _is_unsupported(suspect, decision)]
    others = [suspect for suspect in doubted if not _is_unsupported(suspect, decision)]
    findings = [suspect for suspect in others if suspect.confidence >= decision.report_at]
    unlikely = sum(decision.report_at <= suspect.confidence < low for suspect in suspects)
    besides = [*_unsupported(len(unsupported)), *_unlikely(unlikely)]
    if any(finding.confidence >= high for finding in findings):
        return Outcome("fail", "; ".join([f"found {_counted(findings)}", *besides]))
    if others:
        return Outcome("review", "; ".join([_undecided(others, judged), *besides]))
    if unsupported:
        return Outcome("review", "; ".join(besides))
    return Outcome("pass", _passed(judged, removed, compared=compared))


def _is_unsupported(suspect: Finding, decision: Limits) -> bool:
    """Only what is reported: the rest fails no part anyway."""
    tested = suspect.verification
    return suspect.confidence >= decision.report_at and tested is not None and not tested.supported


def _unsupported(count: int) -> Iterator[str]:
    if count == 1:
        yield "1 finding is not supported by its pixels"
    elif count:
        yield f"{count} findings are not supported by their pixels"


def _unlikely(count: int) -> Iterator[str]:
    if count:
        yield f"{count} unlikely {'one is' if count == 1 else 'ones are'} listed too"


def _counted(findings: Sequence[Finding]) -> str:
    counts = Counter(finding.label for finding in findings)
    return ", ".join(f"{count} {label}" for label, count in counts.items())


def _undecided(suspects: Sequence[Finding], judged: int) -> str:
    named = [f"{suspect.label} at {suspect.confidence:.2f}" for suspect in suspects[:_NAMED]]
    if len(suspects) > _NAMED:
        named.append("…")
    are = "is" if len(suspects) == 1 else "are"
    return f"{len(suspects)} of {judged} regions {are} undecided: {', '.join(named)}"


def _passed(judged: int, removed: int, *, compared: bool) -> str:
    one, more = ("differs", "differ") if compared else ("looks suspicious", "look suspicious")
    if not judged:
        return "nothing differs" if compared else "no place was named that looks suspicious"
    differ = f"1 region {one}" if judged == 1 else f"{judged} regions {more}"
    if removed:
        return f"{differ}: {removed} left out by the constraints, {judged - removed} harmless"
    return f"{differ}, harmless"
