from collections.abc import Callable
from pathlib import Path

import pytest

from foveal.schemas.box import Box
from foveal.schemas.finding import Finding
from foveal.schemas.report import Coverage, ModelRecord, Report, Usage, WorkflowRecord
from foveal.schemas.verification import Verified
from foveal.summary import print_summary

Printed = Callable[..., str]


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Printed:
    """What is said of findings that are supported, are not, or were not tested."""

    def printed(*supported: bool | None, **written: object) -> str:
        report = Report(
            verdict="review",
            reason="a person must look",
            findings=[_finding(known) for known in supported],
            images=[],
            coverage=Coverage(share=1),
            model=ModelRecord(name="tiny", revision="5d" * 32),
            workflow=WorkflowRecord(name="boards", sha256="e1" * 32),
            usage=Usage(),
        ).model_copy(update=written)
        print_summary(report, Path("run"), head="5d" * 32)
        return capsys.readouterr().out

    return printed


def _finding(supported: bool | None) -> Finding:
    trial = (
        None
        if supported is None
        else Verified(claimed=0.9, covered=0.1, supported=supported, evidence=[])
    )
    return Finding(
        label="open", box_px=Box(1, 2, 3, 4), confidence=0.9, evidence=[], verification=trial
    )


def test_each_finding_is_said_to_be_supported_or_not(printed: Printed) -> None:
    _, heading, first, second, *_ = printed(True, False).splitlines()

    assert heading.split()[-1] == "pixels"
    assert first.rstrip().endswith(" support it")
    assert second.rstrip().endswith(" do not support it")


def test_what_was_not_tested_is_said_as_before(printed: Printed) -> None:
    assert "pixels" not in printed(None)


@pytest.mark.parametrize(("cited", "said"), [((0, 1, 2), ""), ((1,), " (without findings 1, 3)")])
def test_what_a_document_leaves_out_is_said(
    printed: Printed, cited: tuple[int, ...], said: str
) -> None:
    sources = {f"/list/{at}/box": f"/findings/{at}/box_px" for at in cited}

    lines = printed(None, None, None, document={"list": []}, sources=sources).splitlines()

    assert lines[-2] == f"Document: {Path('run/document.json')}{said}"
