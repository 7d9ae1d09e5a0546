"""Comparing from Python, with models that need no weights."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import foveal
from foveal.agents.scripted import ScriptedModel
from foveal.models.protocol import ChooseRequest
from foveal.schemas.constraint import Constraint
from foveal.schemas.errors import BadImage, BadModel, BadOutput, BadWorkflow

Boards = tuple[Path, Path]


def harmless(request: ChooseRequest) -> dict[str, float]:
    return {answer: float(answer == "none") for answer in request.answers}


def interrupted(request: ChooseRequest) -> dict[str, float]:
    del request
    raise KeyboardInterrupt


def test_the_five_lines_of_the_readme_work(boards: Boards, tmp_path: Path) -> None:
    template, tested = boards

    report = foveal.compare(template, tested, out=tmp_path / "run", model=ScriptedModel())

    assert report.verdict == "fail"
    assert [finding.label for finding in report.findings] == ["open"]


def test_a_run_leaves_its_report_its_pixels_and_its_ledger(boards: Boards, tmp_path: Path) -> None:
    out = tmp_path / "run"

    report = foveal.compare(*boards, out=out, model=ScriptedModel())

    assert foveal.Report.model_validate_json((out / "report.json").read_bytes()) == report
    assert (out / "report.html").stat().st_size
    kept = {path.stem for path in (out / "images").iterdir()}
    assert kept >= {image.id[4:20] for image in report.images}
    assert kept >= {evidence.crop[4:20] for evidence in report.findings[0].evidence}
    kinds = [json.loads(line)["kind"] for line in (out / "ledger.jsonl").read_text().splitlines()]
    assert kinds[0] == "foveal run"
    assert kinds[-1] == "report"
    assert "choose" in kinds


def test_equal_boards_pass_without_asking_the_model(boards: Boards, tmp_path: Path) -> None:
    model = ScriptedModel()

    report = foveal.compare(boards[0], boards[0], out=tmp_path / "run", model=model)

    assert (report.verdict, report.findings, model.chosen) == ("pass", [], [])


def test_harmless_differences_pass(boards: Boards, tmp_path: Path) -> None:
    report = foveal.compare(*boards, out=tmp_path / "run", model=ScriptedModel(choosing=harmless))

    assert (report.verdict, report.findings) == ("pass", [])


def test_parts_that_cannot_be_laid_over_each_other_are_for_a_person(
    boards: Boards, tmp_path: Path
) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (200, 300), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "other.png")

    report = foveal.compare(
        boards[0], tmp_path / "other.png", out=tmp_path / "run", model=ScriptedModel()
    )

    assert report.verdict == "review"
    assert report.reason.startswith("not comparable: ")


def test_a_workflow_is_run_on_inputs_by_name(boards: Boards, tmp_path: Path) -> None:
    rules = foveal.load_workflow("board-compare")

    report = foveal.run(
        rules,
        {"tested": boards[1], "template": boards[0]},
        out=tmp_path / "run",
        model=ScriptedModel(),
    )

    assert [image.source for image in report.images] == ["template.png", "tested.png"]
    assert report.workflow.sha256 == rules.sha256


def test_each_step_is_told(boards: Boards, tmp_path: Path) -> None:
    steps: list[str] = []
    inputs = dict(zip(("template", "tested"), boards, strict=True))

    foveal.run(
        "board-compare", inputs, out=tmp_path / "run", model=ScriptedModel(), progress=steps.append
    )

    assert steps == ["Reading", "Loading the model", "Inspecting"]


def test_a_second_run_takes_the_place_of_the_first(boards: Boards, tmp_path: Path) -> None:
    out = tmp_path / "run"
    foveal.compare(*boards, out=out, model=ScriptedModel())

    foveal.compare(boards[0], boards[0], out=out, model=ScriptedModel())

    assert json.loads((out / "report.json").read_text())["verdict"] == "pass"


def test_a_run_that_is_interrupted_leaves_no_report(boards: Boards, tmp_path: Path) -> None:
    out = tmp_path / "run"
    foveal.compare(*boards, out=out, model=ScriptedModel())

    with pytest.raises(KeyboardInterrupt):
        foveal.compare(*boards, out=out, model=ScriptedModel(choosing=interrupted))

    assert not (out / "report.json").exists()
    assert not (out / "report.html").exists()


NO_MODEL = "no/such/model"
"""What is wrong besides is said first, so it was found before any model was looked for."""


def refusal(template: Path, tested: Path, out: Path) -> str:
    with pytest.raises(foveal.FovealError) as refused:
        foveal.compare(template, tested, out=out, model=NO_MODEL)
    return str(refused.value)


def test_a_missing_image_is_found_before_a_model_is_loaded(boards: Boards, tmp_path: Path) -> None:
    missing = tmp_path / "none.png"

    said = refusal(boards[0], missing, tmp_path / "run")

    assert said == f"there is no file '{missing}': check the path"


def test_a_file_that_is_no_image_is_found_before_a_model_is_loaded(
    boards: Boards, tmp_path: Path
) -> None:
    (tmp_path / "text.png").write_text("hello")

    said = refusal(tmp_path / "text.png", boards[1], tmp_path / "run")

    assert "is not an image foveal reads" in said


def test_a_url_is_refused_before_a_model_is_loaded(boards: Boards, tmp_path: Path) -> None:
    url = "https://pictures.example/board.png"

    with pytest.raises(BadImage, match="images are not fetched from URLs"):
        foveal.compare(boards[0], url, out=tmp_path / "run", model=NO_MODEL)


def test_a_url_that_is_allowed_is_still_https_only(tmp_path: Path) -> None:
    with pytest.raises(BadImage, match="is no https URL"):
        foveal.inspect(
            "http://pictures.example/board.png",
            out=tmp_path / "run",
            model=NO_MODEL,
            allow_urls=True,
        )


def test_a_wrong_workflow_is_found_before_a_model_is_loaded(boards: Boards, tmp_path: Path) -> None:
    with pytest.raises(BadWorkflow, match="did you mean 'board-compare'"):
        foveal.compare(*boards, out=tmp_path / "run", workflow="bord-compare", model=NO_MODEL)


def test_a_workflow_made_in_python_is_checked_too(boards: Boards, tmp_path: Path) -> None:
    broken = Constraint(sentence="no dust", finding={"type": "obj"})
    rules = foveal.load_workflow("board-compare").model_copy(update={"constraints": [broken]})

    with pytest.raises(BadWorkflow, match=r"'board-compare': constraints\[0\].finding is no"):
        foveal.compare(*boards, out=tmp_path / "run", workflow=rules, model=NO_MODEL)


def test_nothing_is_written_for_a_model_that_is_not_there(boards: Boards, tmp_path: Path) -> None:
    with pytest.raises(BadModel, match="there is no model 'no/such/model'"):
        foveal.compare(*boards, out=tmp_path / "run", model=NO_MODEL)

    assert not (tmp_path / "run").exists()


def test_results_are_never_mixed_with_the_files_of_others(boards: Boards, tmp_path: Path) -> None:
    holiday, model = tmp_path / "holiday", ScriptedModel()
    holiday.mkdir()
    (holiday / "beach.jpg").write_bytes(b"sand")

    with pytest.raises(BadOutput, match="holds files that are not a foveal run"):
        foveal.compare(*boards, out=holiday, model=model)

    assert [path.name for path in holiday.iterdir()] == ["beach.jpg"]
    assert not model.chosen


def test_a_file_is_no_folder_for_results(boards: Boards) -> None:
    with pytest.raises(BadOutput, match="is a file: name a folder for the results"):
        foveal.compare(*boards, out=boards[0], model=ScriptedModel())


def test_a_place_where_nothing_can_be_written_is_refused(boards: Boards) -> None:
    with pytest.raises(BadOutput):
        foveal.compare(*boards, out=boards[0] / "run", model=ScriptedModel())


def test_an_empty_name_does_not_mean_the_current_folder(boards: Boards) -> None:
    with pytest.raises(BadOutput, match="is empty: name one"):
        foveal.compare(*boards, out="", model=ScriptedModel())


def test_an_input_that_cannot_be_read_leaves_an_earlier_report(
    boards: Boards, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    foveal.compare(*boards, out=out, model=ScriptedModel())

    with pytest.raises(BadImage):
        foveal.compare(boards[0], tmp_path / "none.png", out=out, model=ScriptedModel())

    assert (out / "report.json").is_file()
