import pytest

from foveal.graphs.nodes.verdict import Outcome, outcome
from foveal.schemas.box import Box
from foveal.schemas.finding import Finding
from foveal.schemas.limits import Limits
from foveal.schemas.verdict import Verdict
from foveal.schemas.verification import Verified

BAND = (0.35, 0.65)


def suspect(confidence: float, label: str = "open") -> Finding:
    return Finding(label=label, box_px=Box(0, 0, 9, 9), confidence=confidence, evidence=[])


def decided(
    *confidences: float, report_at: float = 0.5, judged: int = 9, removed: int = 0
) -> Outcome:
    suspects = [suspect(confidence) for confidence in confidences]
    decision = Limits(report_at=report_at, review=BAND)
    return outcome(suspects, decision, judged=judged, removed=removed)


@pytest.mark.parametrize(
    ("confidences", "report_at", "verdict"),
    [
        pytest.param([], 0.5, "pass", id="nothing may be wrong"),
        pytest.param([0.9], 0.5, "fail", id="sure"),
        pytest.param([0.65], 0.5, "fail", id="at the band's upper end"),
        pytest.param([0.64], 0.5, "review", id="reported, inside the band"),
        pytest.param([0.4], 0.5, "review", id="not reported, inside the band"),
        pytest.param([0.3], 0.2, "pass", id="reported, below the band"),
        pytest.param([0.7], 0.8, "review", id="above the band, too unlikely to be reported"),
        pytest.param([0.9, 0.4], 0.5, "fail", id="one is sure, another undecided"),
    ],
)
def test_the_verdict_follows_from_the_worst_region(
    confidences: list[float], report_at: float, verdict: Verdict
) -> None:
    assert decided(*confidences, report_at=report_at).verdict == verdict


@pytest.mark.parametrize(
    ("confidences", "reason"),
    [
        ([0.9, 0.3], "found 1 open; 1 unlikely one is listed too"),
        ([0.9, 0.3, 0.2, 0.1], "found 1 open; 2 unlikely ones are listed too"),
        ([0.5, 0.3], "1 of 9 regions is undecided: open at 0.50; 1 unlikely one is listed too"),
        ([0.3], "9 regions differ, harmless"),
    ],
)
def test_what_lies_below_the_band_is_counted_apart(confidences: list[float], reason: str) -> None:
    assert decided(*confidences, report_at=0.2).reason == reason


def test_a_fail_counts_what_was_found_by_label() -> None:
    suspects = [suspect(0.9), suspect(0.8, "short"), suspect(0.7), suspect(0.4, "spur")]

    assert outcome(suspects, Limits(), judged=9, removed=0).reason == "found 2 open, 1 short"


def test_a_review_names_the_likeliest_regions() -> None:
    assert decided(0.6).reason == "1 of 9 regions is undecided: open at 0.60"
    assert decided(0.6, 0.5, 0.5, 0.4).reason == (
        "4 of 9 regions are undecided: open at 0.60, open at 0.50, open at 0.50, …"
    )


@pytest.mark.parametrize(
    ("judged", "removed", "reason"),
    [
        (0, 0, "nothing differs"),
        (1, 0, "1 region differs, harmless"),
        (9, 0, "9 regions differ, harmless"),
        (9, 2, "9 regions differ: 2 left out by the constraints, 7 harmless"),
    ],
)
def test_a_pass_says_what_became_of_the_regions(judged: int, removed: int, reason: str) -> None:
    assert decided(judged=judged, removed=removed) == Outcome("pass", reason)


def tried(confidence: float, label: str = "open", *, supported: bool) -> Finding:
    trial = Verified(claimed=0.9, covered=0.1, supported=supported, evidence=[])
    return suspect(confidence, label).model_copy(update={"verification": trial})


UNSUPPORTED = "is not supported by its pixels"


@pytest.mark.parametrize(
    ("suspects", "verdict", "reason"),
    [
        pytest.param([tried(0.9, supported=True)], "fail", "found 1 open", id="supported"),
        pytest.param(
            [tried(0.9, supported=False)], "review", f"1 finding {UNSUPPORTED}", id="unsupported"
        ),
        pytest.param(
            [tried(0.9, supported=False)] * 2,
            "review",
            "2 findings are not supported by their pixels",
            id="two of them",
        ),
        pytest.param(
            [tried(0.99, "spur", supported=False), tried(0.7, supported=True)],
            "fail",
            f"found 1 open; 1 finding {UNSUPPORTED}",
            id="one has support",
        ),
        pytest.param(
            [tried(0.99, supported=False), tried(0.6, supported=True)],
            "review",
            f"1 of 9 regions is undecided: open at 0.60; 1 finding {UNSUPPORTED}",
            id="the one that has support is undecided",
        ),
        pytest.param(
            [tried(0.4, supported=False)],
            "review",
            "1 of 9 regions is undecided: open at 0.40",
            id="unsupported, and not reported",
        ),
    ],
)
def test_what_its_pixels_do_not_support_neither_fails_a_part_nor_lets_it_pass(
    suspects: list[Finding], verdict: Verdict, reason: str
) -> None:
    decision = Limits(review=BAND)

    assert outcome(suspects, decision, judged=9, removed=0) == Outcome(verdict, reason)
