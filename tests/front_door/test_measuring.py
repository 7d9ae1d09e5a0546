"""The commands that measure, as far as they need no model."""

import sys
from pathlib import Path

import pytest

from foveal.cli import exit_code
from foveal.evaluation import default_workflow

REFUSED = {
    "data that is not there": (
        ["ablate", "board-compare", "nowhere"],
        "there are no labelled parts at 'nowhere': give drawn:N",
    ),
    "a folder without pairs": (
        ["eval", "layered_tasks", "--data", "."],
        "holds no pairs: lay the folder out as N_temp.jpg",
    ),
    "logs of an eval that writes none": (
        ["eval", "drawn", "--logs", "logs"],
        "eval 'drawn' writes no logs: leave --logs out",
    ),
    "labels that the boards do not have": (
        ["ablate", "other.yaml", "drawn:2"],
        "workflow 'other' has no labels",
    ),
}

OTHER = """\
name: other
subject: vessels
labels:
  - {name: scratch, meaning: a scratch}
  - {name: none, meaning: nothing}
harmless: none
"""


@pytest.mark.parametrize(("arguments", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_measured_is_refused_in_one_line(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other.yaml").write_text(OTHER)

    assert exit_code(arguments) == 2

    said = capsys.readouterr()
    assert message in said.err
    assert said.err.count("\n") == 1
    assert not said.out


@pytest.mark.parametrize(
    "arguments", [["eval", "layered_tasks"], ["ablate", "board-compare", "drawn:2"]]
)
def test_without_inspect_ai_the_extra_to_install_is_named(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "inspect_ai", None)

    assert exit_code(arguments) == 2

    assert capsys.readouterr().err == (
        "an eval of layered tasks needs inspect_ai, which is not installed: "
        "pip install 'foveal[evals]'\n"
    )


def test_layered_tasks_on_data_are_for_parts_without_a_template() -> None:
    assert default_workflow("layered_tasks", has_data=True) == "board-inspect"
    assert default_workflow("layered_tasks", has_data=False) == "board-compare"
    assert default_workflow("deeppcb", has_data=True) == "board-compare"
