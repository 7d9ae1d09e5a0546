import json
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Barrier

import numpy as np

from foveal.agents.scripted import ScriptedModel
from foveal.graphs.run import run_many, run_one
from foveal.models.protocol import ChooseRequest
from foveal.recording import RunRecorder
from foveal.records.run_directory import RunDirectory
from foveal.schemas.errors import BadWorkflow
from foveal.schemas.report import Report
from foveal.schemas.workflow import Layers, Workflow
from foveal.tools.image import Image
from foveal.tools.view import cut


def test_every_picture_in_evidence_can_be_cut_again_from_what_the_run_kept(
    template: Image, tested: Image, workflow: Workflow, comparing: ScriptedModel, tmp_path: Path
) -> None:
    directory = RunDirectory.open(tmp_path / "run")

    report = run_one(workflow, comparing, template, tested, recorder=RunRecorder(directory))

    for evidence in (item for finding in report.findings for item in finding.evidence):
        source = directory.images.read(evidence.view.image).pixels
        again = cut(
            Image(evidence.view.image, source, ""),
            evidence.view.box_px,
            size=evidence.view.size_px,
        )
        assert np.array_equal(again.pixels, directory.images.read(evidence.crop).pixels)


def test_the_ledger_holds_each_call_and_the_instructions_it_names(
    template: Image, tested: Image, workflow: Workflow, comparing: ScriptedModel, tmp_path: Path
) -> None:
    directory = RunDirectory.open(tmp_path / "run")

    run_one(workflow, comparing, template, tested, recorder=RunRecorder(directory))

    lines = [json.loads(line) for line in directory.ledger.path.read_text().splitlines()]
    of_kind = {kind: [line["data"] for line in lines if line["kind"] == kind] for kind in KINDS}
    assert len(of_kind["intake"]) == 2
    assert len(of_kind["align"]) == len(of_kind["propose"]) == 1
    assert len(of_kind["choose"]) == len(comparing.chosen)
    instructions = {line["sha256"]: line["system"] for line in of_kind["instructions"]}
    assert {line["prompt"] for line in of_kind["choose"]} == set(instructions)
    assert comparing.chosen[0].conversation[0].parts[0] in instructions.values()


KINDS = ("intake", "align", "propose", "instructions", "choose")


def test_many_pairs_are_reported_in_order(
    template: Image, tested: Image, workflow: Workflow, comparing: ScriptedModel
) -> None:
    reports = list(run_many(workflow, comparing, [(template, tested), (template, template)]))

    assert [report.verdict for report in reports if isinstance(report, Report)] == ["fail", "pass"]


def test_pairs_run_side_by_side(
    template: Image, tested: Image, workflow: Workflow, comparing: ScriptedModel
) -> None:
    meeting = Barrier(3, timeout=20)  # no pair gets past it alone

    def choose(request: ChooseRequest) -> Mapping[str, float]:
        if not meeting.broken and threading.get_ident() not in seen:
            seen.add(threading.get_ident())
            meeting.wait()
        return comparing.choosing(request)

    seen: set[int] = set()
    model = ScriptedModel(choosing=choose)

    reports = list(run_many(workflow, model, [(template, tested)] * 3, in_flight=3))

    assert [report.verdict for report in reports if isinstance(report, Report)] == ["fail"] * 3


def test_a_pair_that_fails_leaves_an_error_in_its_place(
    template: Image, tested: Image, workflow: Workflow, comparing: ScriptedModel
) -> None:
    layers = {"judge": Layers(system="{{ colour }}")}
    broken = workflow.model_copy(update={"instructions": layers})

    error, report = run_many(broken, comparing, [(template, tested), (template, template)])

    assert isinstance(error, BadWorkflow)
    assert isinstance(report, Report)


def test_a_run_does_not_depend_on_the_runs_before_it(
    template: Image, tested: Image, workflow: Workflow, always: Callable[..., ScriptedModel]
) -> None:
    first = run_one(workflow, always(open=0.9), template, tested)

    assert run_one(workflow, always(open=0.9), template, tested) == first
