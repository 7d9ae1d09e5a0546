"""Whether a run is as it was written: its ledger, its files, its images and every cited crop."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from foveal.agents.scripted import ScriptedModel
from foveal.api import compare
from foveal.auditing import Audit, audit
from foveal.commands import app
from foveal.models.protocol import ChooseRequest
from foveal.records.chain import sign
from foveal.records.png import encode
from foveal.schemas.errors import BadRecord
from foveal.schemas.evidence import Cover
from foveal.schemas.limits import Limits
from foveal.schemas.verification import Verification
from foveal.schemas.workflow import Looks
from foveal.workflow_file import load_workflow


def sure(request: ChooseRequest) -> dict[str, float]:
    """Of the first answer: there is an open, and yes, it is one."""
    first, *others = request.answers
    return {first: 0.94, **dict.fromkeys(others, 0.06 / len(others))}


@dataclass
class Run:
    path: Path

    def edit(self, name: str, change: Callable[[bytes], bytes]) -> None:
        path = self.path / name
        path.write_bytes(change(path.read_bytes()))

    def refusal(self, head: str | None = None) -> str:
        with pytest.raises(BadRecord) as error:
            audit(self.path, head=head)
        return error.value.what.replace(str(self.path), "run")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose finding was looked at turned, and tried under every cover."""
    folder = tmp_path_factory.mktemp("written")
    board = np.full((200, 200), 235, np.uint8)
    for y in (40, 100, 160):
        cv2.line(board, (20, y), (180, y), 20, 9)
    cv2.imwrite(str(folder / "template.png"), board)
    board[90:110, 90:104] = 235
    cv2.imwrite(str(folder / "tested.png"), board)
    covers: list[Cover] = ["grey", "surroundings", "reference"]
    settings = {
        "calibration": {},
        "decision": Limits(sure_from=0.95),
        "looks": Looks(turned=True),
        "verification": Verification(covers=covers),
    }
    workflow = load_workflow("board-compare").model_copy(update=settings)
    report = compare(
        folder / "template.png",
        folder / "tested.png",
        out=folder / "run",
        workflow=workflow,
        model=ScriptedModel(choosing=sure),
    )
    assert report.findings
    return folder / "run"


@pytest.fixture
def run(written: Path, tmp_path: Path) -> Run:
    shutil.copytree(written, tmp_path / "run")
    return Run(tmp_path / "run")


def test_every_crop_is_cut_again_covered_and_turned_ones_too(run: Run) -> None:
    report = json.loads((run.path / "report.json").read_text())
    cited = {
        (item["crop"], json.dumps(item["view"]), tuple(item["hidden_px"] or ()))
        for finding in report["findings"]
        for item in (*finding["evidence"], *finding["verification"]["evidence"])
    }

    found = audit(run.path)

    assert found.crops == len(cited)
    assert any(hidden for _, _, hidden in cited)
    assert {json.loads(view)["quarter_turns"] for _, view, _ in cited} == {0, 1, 2, 3}
    assert found.images == len(list((run.path / "images").iterdir()))
    assert found.head == (run.path / "ledger.head").read_text().strip()


@pytest.mark.parametrize("name", ["report.json", "report.html"])
def test_a_changed_file_is_named(run: Run, name: str) -> None:
    run.edit(name, lambda content: content + b" ")

    assert run.refusal() == f"'run/{name}': is not what the ledger names"


def test_a_changed_record_is_named(run: Run) -> None:
    run.edit("ledger.jsonl", lambda content: content.replace(b'"open":0.94', b'"open":0.04', 1))

    assert "was changed or cut" in run.refusal()


def test_a_run_cut_short_is_missed_by_whoever_kept_the_head(run: Run) -> None:
    head = audit(run.path).head
    lines = (run.path / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    run.edit("ledger.jsonl", lambda _: b"".join(lines[:-1]))
    assert run.refusal(head) == f"'run/ledger.jsonl': record {len(lines)} is missing"

    run.edit("ledger.head", lambda _: json.loads(lines[-2])["sha256"].encode())
    assert run.refusal() == f"'run/ledger.jsonl': record {len(lines)}, of the report, is missing"


def test_other_pixels_under_the_name_of_an_image_are_noticed(run: Run) -> None:
    image = min((run.path / "images").iterdir())
    image.write_bytes(encode(np.zeros((8, 8), np.uint8)))

    assert "does not show" in run.refusal()


def test_a_missing_image_is_noticed(run: Run) -> None:
    image = min((run.path / "images").iterdir())
    image.unlink()

    assert run.refusal() == f"'run/images/{image.name}' is missing"


def test_a_report_whose_crop_is_of_another_place_is_noticed(run: Run) -> None:
    """Even where whoever changed it wrote the ledger anew."""
    report = json.loads((run.path / "report.json").read_text())
    view = report["findings"][0]["evidence"][0]["view"]
    view["box_px"] = [at + 1 for at in view["box_px"]]
    run.edit("report.json", lambda _: json.dumps(report).encode())
    forge(run.path)

    assert "is not what the report shows as A" in run.refusal()


def test_a_crop_of_no_image_of_the_part_is_noticed(run: Run) -> None:
    report = json.loads((run.path / "report.json").read_text())
    shown = report["findings"][0]["evidence"][0]
    shown["view"]["image"] = shown["crop"]
    run.edit("report.json", lambda _: json.dumps(report).encode())
    forge(run.path)

    assert run.refusal() == f"{shown['crop']} is no image of this part"


def test_a_template_that_was_moved_otherwise_is_noticed(run: Run) -> None:
    """Or one of another part."""
    report = json.loads((run.path / "report.json").read_text())
    alignment = report["measurements"]["alignment"]
    alignment["matrix"][0][2] += 1.0
    run.edit("report.json", lambda _: json.dumps(report).encode())
    forge(run.path)

    assert run.refusal() == f"{alignment['aligned']} is not the template as it was moved"


def forge(path: Path) -> None:
    """The last record again, with the hashes of the files as they are now."""
    *lines, last = (path / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    known = json.loads(last)
    files = {
        name: sha256((path / name).read_bytes()).hexdigest() for name in known["data"]["files"]
    }
    forged = sign("report", known["data"] | {"files": files}, previous=known["previous"])
    (path / "ledger.jsonl").write_bytes(b"".join([*lines, forged.line]))
    (path / "ledger.head").write_text(forged.record["sha256"])


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    assert Run(tmp_path).refusal() == "'run' holds no run"


def test_the_command_says_what_it_checked(run: Run) -> None:
    ended = CliRunner().invoke(app, ["verify", str(run.path)])

    found = audit(run.path)
    assert ended.exit_code == 0
    assert isinstance(found, Audit)
    said = f"{found.records} records, {found.images} images, {found.crops} crops cut again"
    assert ended.stdout == f"As written: {said}.\nHead: {found.head}\n"
