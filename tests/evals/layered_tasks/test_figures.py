import json
from typing import cast

import pytest
from rich.console import Console

from foveal.evals.layered_tasks.climb import LadderFigures
from foveal.evals.layered_tasks.figures import added, rung_figures
from foveal.evals.layered_tasks.rungs import ladder, without_each
from foveal.evals.layered_tasks.scoring import Outcome
from foveal.evals.layered_tasks.tables import show
from foveal.evals.layered_tasks.tried import Tried
from foveal.schemas.report import Usage


def tried(outcomes: str, *, calls: int = 1, seconds: float = 1.0) -> list[Tried]:
    """A task a letter, all in flight from 0 on: c(ompleted), i(nvalid), d(isobeys), w(rong)."""
    names = {"c": "completed", "i": "invalid", "d": "disobeys", "w": "wrong"}
    return [
        Tried(
            task=f"task {index}",
            kind="worst" if index % 2 else "kinds",
            language="en",
            outcome=cast("Outcome", names[letter]),
            why="",
            usage=Usage(model_calls=calls, new_tokens=10),
            started=0.0,
            ended=seconds,
        )
        for index, letter in enumerate(outcomes)
    ]


def test_what_is_won_and_what_is_lost_are_told_apart() -> None:
    more = added(tried("cciw"), tried("wicc"))

    assert (more.gain.value, more.harm.value, more.net.value) == (0.5, 0.5, 0)
    assert more.gain.low <= 0.5 <= more.gain.high
    assert more.net.low < 0 < more.net.high


def test_costs_are_differences_of_the_same_tasks() -> None:
    more = added(tried("cc", calls=5, seconds=6), tried("cc", calls=2, seconds=2))

    assert (more.model_calls.value, more.model_calls.low, more.model_calls.high) == (3, 3, 3)
    assert more.seconds.value == 2
    assert more.new_tokens.value == 0


def test_different_tasks_are_not_compared() -> None:
    with pytest.raises(AssertionError):
        added(tried("cc"), list(reversed(tried("cc"))))


def test_a_rung_says_what_failed_and_why_and_at_which_kind() -> None:
    figures = rung_figures(ladder()[0], tried("ccidww"), more=None)

    assert figures.completed == pytest.approx(1 / 3)
    assert figures.low < figures.completed < figures.high
    assert figures.failures == {"invalid": 1, "disobeys": 1, "wrong": 2}
    assert (figures.by_kind["kinds"].count, figures.by_kind["kinds"].of) == (1, 3)
    assert (figures.model_calls, figures.new_tokens, figures.seconds) == (6, 60, 1.0)


def test_each_rung_of_the_ladder_adds_one_thing_to_one_before() -> None:
    rungs = ladder()
    switches = {rung.name: vars(rung.switches) for rung in rungs}

    assert [rung.name for rung in rungs if rung.against is None] == ["flat"]
    for rung in rungs[1:]:
        before = switches[str(rung.against)]
        assert sum(before[name] != value for name, value in vars(rung.switches).items()) == 1


def test_leaving_out_takes_one_thing_from_everything() -> None:
    everything = ladder()[-1]
    for rung in without_each():
        missing = [
            name
            for name, value in vars(everything.switches).items()
            if vars(rung.switches)[name] != value
        ]
        assert rung.against == everything.name
        if rung.name == "without search plan":
            assert missing == ["search", "verification", "constraints"]
        else:
            assert [f"without {name}" for name in missing] == [rung.name]


def test_figures_are_json_and_are_shown() -> None:
    first, second, *_ = ladder()
    ladder_figures = [
        rung_figures(first, tried("wi"), more=None),
        rung_figures(second, tried("cc"), more=added(tried("cc"), tried("wi"))),
    ]
    figures = LadderFigures(
        parts="2 parts",
        tasks=2,
        ladder=ladder_figures,
        without=[ladder_figures[1]],
        skipped={"search plan": "it is not there"},
        workflow="boards",
        model="m",
        revision="0" * 64,
    ).model_dump()

    json.dumps(figures)
    console = Console(width=140)
    with console.capture() as shown:
        console.print(show(figures))
    assert "100.0% (100%–100%)" in shown.get()
    assert "1 wrong, 1 invalid" in shown.get()
    assert "search plan left out: it is not there" in shown.get()
