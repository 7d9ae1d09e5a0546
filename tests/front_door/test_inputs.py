"""Inputs by name or in order."""

from pathlib import Path

import pytest

from foveal.inputs import check_names, name_inputs
from foveal.schemas.errors import BadWorkflow

PAIR = ("template", "tested")
BOTH = {"template": "a.png", "tested": "b.png"}


@pytest.mark.parametrize(
    "given",
    [
        ["a.png", "b.png"],
        ["template=a.png", "tested=b.png"],
        ["tested=b.png", "template=a.png"],
        ["tested=b.png", "a.png"],
        ["b.png", "template=a.png"],
    ],
    ids=" ".join,
)
def test_inputs_go_by_their_name_and_else_by_their_order(given: list[str]) -> None:
    assert name_inputs(given, PAIR) == BOTH


def test_a_path_may_hold_an_equals_sign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("lot=7.png").touch()

    assert name_inputs(["lot=7.png", "out/a=b.png"], PAIR) == {
        "template": "lot=7.png",
        "tested": "out/a=b.png",
    }


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "the input 'template' is not given: add template=PATH"),
        (["a.png"], "the input 'tested' is not given: add tested=PATH"),
        (["a", "b", "c"], "3 inputs are given: the workflow takes template and tested"),
        (["templat=a", "b"], "no input is called 'templat': did you mean 'template'?"),
        (["image=a", "b"], "no input is called 'image': use one of template, tested"),
        (["tested=a", "tested=b"], "the input 'tested' is given twice: give it once"),
    ],
    ids=str,
)
def test_inputs_that_do_not_fit_are_refused(given: list[str], said: str) -> None:
    with pytest.raises(BadWorkflow) as refused:
        name_inputs(given, PAIR)

    assert str(refused.value) == said


def test_names_given_from_python_are_checked_too() -> None:
    with pytest.raises(BadWorkflow, match="no input is called 'tmplate': did you mean 'template'"):
        check_names({"tmplate", "tested"}, PAIR)
