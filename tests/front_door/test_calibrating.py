"""Calibrating by command, and what a workflow then makes of the file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest
import yaml

import foveal
from foveal.agents.calibration import rules_of
from foveal.agents.scripted import ScriptedModel
from foveal.calibration_file import read_calibration, write_calibration
from foveal.cli import exit_code
from foveal.model_choice import ModelChoice
from foveal.models.checkpoint import SHIPPED
from foveal.schemas.calibration import Calibration
from foveal.schemas.errors import BadWorkflow
from foveal.schemas.language import Language
from foveal.schemas.loading import Loading
from foveal.workflow_file import load_uncalibrated, load_workflow

Written = Callable[..., Path]
Make = Callable[..., Calibration]
Boards = tuple[Path, Path]
NAMED = "calibration: boards.calibration.json\n"

needs_model = pytest.mark.skipif(
    not (SHIPPED / "model.safetensors").is_file(), reason="models/tiny is not trained yet"
)


@pytest.fixture
def calibrated(written: Written, make_calibration: Make) -> Callable[..., Path]:
    """A workflow beside a calibration that fits it but for what is changed."""

    def write(**changed: object) -> Path:
        workflow = written(added=NAMED)
        rules = rules_of(load_uncalibrated(workflow).workflow)
        made = make_calibration(**{"rules": rules} | changed)
        write_calibration(workflow.with_name("boards.calibration.json"), made)
        return workflow

    return write


def manifest(boards: Boards, folder: Path, *, parts: int) -> Path:
    """Every second part is the one that is cut."""
    box = {"label": "open", "box_px": [60, 70, 95, 110]}
    lines = [
        {
            "id": str(index),
            "template": boards[0].name,
            "tested": boards[index % 2].name,
            "labels": [box] if index % 2 else [],
        }
        for index in range(parts)
    ]
    path = folder / "parts.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


def failed(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """What one line says of a command that ends with 2."""
    code = exit_code([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    assert (code, out, err.count("\n")) == (2, "", 1)
    return err.strip()


def test_a_workflow_is_loaded_with_the_file_it_names(calibrated: Callable[..., Path]) -> None:
    workflow = calibrated(shift=2.0)

    loaded = load_workflow(workflow).calibration

    assert loaded == {"en": read_calibration(workflow.with_name("boards.calibration.json"))}


def test_each_language_may_have_a_calibration_of_its_own(
    tmp_path: Path, make_calibration: Make
) -> None:
    shipped = yaml.safe_load(load_uncalibrated("board-compare").path.read_text())
    both = tmp_path / "both.yaml"
    both.write_text(yaml.safe_dump(shipped | {"calibration": {"en": "en.json", "zh": "zh.json"}}))
    for language in get_args(Language):
        rules = rules_of(load_uncalibrated(both, language=language).workflow)
        write_calibration(tmp_path / f"{language}.json", make_calibration(rules=rules))

    for language in get_args(Language):
        known = load_workflow(both, language=language).calibration
        assert known[language].rules == rules_of(load_workflow(both, language=language))
        assert known["en"].rules != known["zh"].rules


def test_the_hash_of_a_workflow_covers_its_calibration(calibrated: Callable[..., Path]) -> None:
    before = load_workflow(calibrated(shift=2.0)).sha256

    assert load_workflow(calibrated(shift=2.5)).sha256 != before


def test_a_calibration_for_other_rules_is_refused_by_what_differs(
    calibrated: Callable[..., Path],
) -> None:
    workflow = calibrated()
    workflow.write_text(workflow.read_text().replace("cut through", "interrupted"))

    with pytest.raises(BadWorkflow, match="fitted with other instructions, labels: run `foveal c"):
        load_workflow(workflow)


WRONG_NAMES = {
    "no file": ("calibration: none.json\n", "there is no calibration '.*none.json': write it with"),
    "an old inline one": ("calibration: {temperature: 1}\n", "calibration is {'temperature': 1}: "),
    "in no language": ("calibration: {fr: boards.yaml}\n", "or one such name for each of en, zh"),
    "a number": ("calibration: 5\n", "calibration is 5: it should be the name of a file"),
    "another file": ("calibration: boards.yaml\n", "boards.yaml' is no calibration of this versi"),
    "a folder": ("calibration: .\n", "cannot be read: check the path"),
}


@pytest.mark.parametrize(("added", "said"), WRONG_NAMES.values(), ids=WRONG_NAMES)
def test_what_is_no_calibration_is_refused(written: Written, added: str, said: str) -> None:
    with pytest.raises(BadWorkflow, match=said):
        load_workflow(written(added=added))


def test_a_copy_of_a_shipped_workflow_finds_the_shipped_calibration(tmp_path: Path) -> None:
    copy = tmp_path / "mine.yaml"
    copy.write_text(load_uncalibrated("board-compare").path.read_text())

    assert load_workflow(copy).calibration == load_workflow("board-compare").calibration


def test_a_copy_of_a_shipped_workflow_gets_its_own_when_it_is_calibrated(tmp_path: Path) -> None:
    copy = tmp_path / "mine.yaml"
    copy.write_text(load_uncalibrated("board-compare").path.read_text())

    named = load_uncalibrated(copy).calibrations
    assert named["en"] == tmp_path / "board-compare.calibration.json"


@needs_model
@pytest.mark.slow
@pytest.mark.parametrize("language", get_args(Language))
def test_the_shipped_calibrations_fit_the_shipped_model(
    boards: Boards, tmp_path: Path, language: Language
) -> None:
    """Where it fails: `foveal calibrate workflows/board-compare.yaml drawn:400 --language …`."""
    workflow = load_workflow("board-compare", language=language)

    report = foveal.compare(*boards, out=tmp_path / "run", workflow=workflow)

    assert report.calibration == workflow.calibration[language]


@needs_model
@pytest.mark.slow
def test_other_weights_are_refused_unless_they_were_chosen(
    calibrated: Callable[..., Path], boards: Boards, tmp_path: Path
) -> None:
    workflow = calibrated(revision="f" * 64)

    with pytest.raises(BadWorkflow, match=r"was fitted for 'scripted', revision ffffffffffff, not"):
        foveal.compare(*boards, out=tmp_path / "run", workflow=workflow)
    chosen = foveal.compare(*boards, out=tmp_path / "run", workflow=workflow, model=str(SHIPPED))
    assert chosen.calibration is None


def test_a_model_that_was_loaded_already_was_chosen(
    calibrated: Callable[..., Path], boards: Boards, tmp_path: Path
) -> None:
    workflow = calibrated(revision="f" * 64)

    report = foveal.compare(*boards, out=tmp_path / "run", workflow=workflow, model=ScriptedModel())

    assert report.calibration is None


@pytest.mark.parametrize(
    ("choice", "is_other"),
    [
        (ModelChoice(), False),
        (ModelChoice("tiny"), False),
        (ModelChoice("./other"), True),
        (ModelChoice(loading=Loading(device="cpu")), False),
        (ModelChoice(loading=Loading(quantisation="int8")), True),
        (ModelChoice(loading=Loading(lora="adapter")), True),
    ],
    ids=["nothing", "the same name", "another name", "a device", "fewer bits", "an adapter"],
)
def test_other_weights_are_told_from_the_same_loaded_elsewhere(
    choice: ModelChoice, *, is_other: bool
) -> None:
    assert choice.is_other(load_workflow("board-compare")) == is_other


REFUSED = {
    "the shipped file": (
        ["board-compare", "drawn:40"],
        "workflow 'board-compare' ships with foveal, and its calibration too: "
        "calibrate a copy of its file, or give --out FILE",
    ),
    "too few parts": (
        ["board-compare", "drawn:20", "--out", "x"],
        "10 defective parts cannot show an escape rate of 0.05: "
        "label at least 19 of them, or state a higher --escape",
    ),
    "no rate": (
        ["board-compare", "drawn:40", "--out", "x", "--escape", "0"],
        "an escape rate of 0 is no limit: give 0.05, say",
    ),
    "no folder": (
        ["board-compare", "drawn:40", "--out", "none/x.json"],
        "there is no folder 'none': make it, or name another",
    ),
    "no data": (
        ["board-compare", "none", "--out", "x"],
        "there are no labelled parts at 'none': "
        "give drawn:N, a .csv or .jsonl file, or a folder laid out as DeepPCB",
    ),
}


@pytest.mark.parametrize(("arguments", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_fitted_is_said_before_a_model_is_loaded(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert failed(capsys, "calibrate", *arguments, "--model", "./none") == said


@needs_model
@pytest.mark.slow
def test_a_workflow_is_calibrated_beside_itself_and_then_uses_it(
    boards: Boards, written: Written, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workflow = written()
    parts = manifest(boards, tmp_path, parts=8)
    rates = ("--escape", "0.3", "--overkill", "0.3")

    code = exit_code(["calibrate", str(workflow), str(parts), *rates])

    out, err = capsys.readouterr()
    made = read_calibration(tmp_path / "boards.calibration.json")
    assert (code, err) == (0, "")
    assert out.startswith("Fitted on 4 defective and 4 good parts of parts.jsonl, ")
    assert out.endswith(f"Add to {workflow}: calibration: boards.calibration.json\n")
    assert made.pass_below.rate == made.fail_from.rate == 0.3

    assert exit_code(["calibrate", str(workflow), str(parts), *rates, "--language", "en"]) == 0
    entry = "calibration: {en: boards.en.calibration.json}"
    assert capsys.readouterr().out.endswith(f"Add to {workflow}: {entry}\n")
    assert read_calibration(tmp_path / "boards.en.calibration.json") == made

    workflow.write_text(workflow.read_text() + NAMED)
    report = foveal.compare(*boards, out=tmp_path / "run", workflow=workflow)
    assert report.calibration == made
    assert exit_code(["calibrate", str(workflow), str(parts), *rates, "--json"]) == 0
    printed = capsys.readouterr().out
    assert printed == (tmp_path / "boards.calibration.json").read_text()
