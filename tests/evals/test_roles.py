from rich.console import Console

from foveal.evals import roles
from foveal.evals.options import EvalOptions
from foveal.evals.roles import WORDS, RoleFigures
from foveal.workflow_file import load_workflow


def test_every_role_is_asked_in_both_languages_and_in_other_words() -> None:
    figures = roles.run(EvalOptions(workflow=load_workflow("board-compare"), limit=3))

    known = RoleFigures.model_validate(figures)
    for words in WORDS:
        assert known.judge[words].of == known.look[words].of == known.sight[words].of == 10
        assert known.locate[words].label.of == 10
        for claims in (known.verify[words], known.confirm[words], known.recognise[words]):
            assert claims.missed.of + claims.false_alarms.of == 10
    console = Console(width=100)
    with console.capture() as shown:
        console.print(roles.show(figures))
    assert "untrue confirmed" in shown.get()


def test_a_box_without_area_meets_nothing() -> None:
    assert not roles._meet([0, 0, 10, 10], [5, 5, 5, 9])
    assert roles._meet([0, 0, 10, 10], [10, 10, 0, 1])
