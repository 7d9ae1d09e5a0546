import pytest

from foveal.evals.disturbance import Disturbance
from foveal.evals.steadiness import Repeat, Steadiness, repeated
from foveal.schemas.box import Box
from foveal.schemas.finding import Finding
from foveal.schemas.image import ImageRecord
from foveal.schemas.report import Coverage, ModelRecord, Report, Usage, WorkflowRecord
from foveal.schemas.verdict import Verdict

SIZE = (200, 100)
LEFT, RIGHT = Box(10, 10, 40, 40), Box(120, 50, 160, 90)


def finding(box: Box, label: str = "open", confidence: float = 0.9) -> Finding:
    return Finding(label=label, box_px=box, confidence=confidence, evidence=[])


def report(verdict: Verdict, *findings: Finding) -> Report:
    return Report(
        verdict=verdict,
        reason="",
        findings=list(findings),
        images=[ImageRecord(name="tested", id=f"img:{'0' * 64}", size_px=SIZE, source="part")],
        coverage=Coverage(share=1),
        model=ModelRecord(name="scripted", revision="0" * 64),
        workflow=WorkflowRecord(name="boards", sha256="0" * 64),
        usage=Usage(),
    )


def steadiness(reference: Report, *repeats: Report) -> Steadiness:
    return Steadiness.of([repeated(reference, [Repeat(Disturbance(), one) for one in repeats])])


def test_flips_over_review_are_told_from_those_that_skip_it() -> None:
    known = steadiness(report("pass"), report("fail"), report("review"), report("pass"))

    assert (known.pass_fail.inspections.count, known.review.inspections.count) == (1, 1)
    assert (known.pass_fail.inspections.of, known.pass_fail.parts.of) == (3, 1)


@pytest.mark.parametrize("now", ["pass", "fail"])
def test_leaving_review_is_a_flip_to_or_from_it(now: Verdict) -> None:
    known = steadiness(report("review"), report(now))

    assert (known.pass_fail.parts.count, known.review.parts.count) == (0, 1)


def test_findings_come_go_and_change_their_name() -> None:
    reference = report("fail", finding(LEFT), finding(RIGHT))

    known = steadiness(
        reference,
        report("fail", finding(LEFT, "spur")),
        report("fail", finding(LEFT), finding(RIGHT), finding(Box(60, 60, 80, 80))),
    )

    assert (known.gone.count, known.gone.of) == (1, 4)
    assert (known.new.count, known.new.of) == (1, 4)
    assert (known.renamed.count, known.renamed.of) == (1, 3)


def test_a_box_is_compared_with_the_disturbance_undone() -> None:
    moved = Disturbance(dx=2.5, dy=-1)
    reference = report("fail", finding(LEFT))
    there = Box(LEFT.x1 + 3, LEFT.y1 - 1, LEFT.x2 + 2, LEFT.y2 - 3)

    known = repeated(reference, [Repeat(moved, report("fail", finding(there)))])

    assert known.moved_px == [pytest.approx(2)]


def test_confidence_deviates_over_the_reference_and_all_repeats() -> None:
    known = steadiness(
        report("fail", finding(LEFT, confidence=0.6)), report("fail", finding(LEFT, confidence=0.8))
    )

    assert known.confidence is not None
    assert known.confidence.median == pytest.approx(0.1)


def test_without_findings_there_is_nothing_to_spread() -> None:
    known = steadiness(report("pass"), report("pass"))

    assert (known.box_px, known.confidence, known.gone.of) == (None, None, 0)
