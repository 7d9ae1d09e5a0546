import json
from collections.abc import Callable, Mapping

import pytest
from rich.console import Console

from foveal.agents.scripted import ScriptedModel
from foveal.evals import deeppcb
from foveal.evals.drawn import drawn_pair
from foveal.evals.figures import Figures, measure
from foveal.evals.pairs import LabelledPair
from foveal.evals.seeds import DRAWN
from foveal.models.protocol import ChooseRequest
from foveal.schemas.errors import BadImage
from foveal.schemas.workflow import Workflow

Says = Callable[[str, float], ScriptedModel]


@pytest.fixture(scope="module")
def pairs() -> list[LabelledPair]:
    return [drawn_pair(DRAWN, index, defects=5) for index in range(2)]


def test_calling_everything_open_finds_the_places_that_the_difference_finds(
    pairs: list[LabelledPair], workflow: Workflow, says: Says
) -> None:
    figures = _measured(pairs, workflow, says("open", 0.9))
    difference = figures.baselines.difference
    assert figures.class_blind.model_dump() == difference.model_dump(exclude={"best_f_score"})
    assert figures.proposal_recall == difference.recall > 0.5
    assert figures.right == figures.per_type["open"].right
    assert figures.misses + figures.right == sum(len(pair.truths) for pair in pairs)


def test_what_stays_below_the_threshold_is_ranked_but_not_reported(
    pairs: list[LabelledPair], workflow: Workflow, says: Says
) -> None:
    unlikely = _measured(pairs, workflow, says("open", 0.1))
    likely = _measured(pairs, workflow, says("open", 0.9))
    assert unlikely.right == unlikely.false_alarms == 0
    assert unlikely.map == likely.map
    assert unlikely.proposal_recall == likely.proposal_recall


def test_the_single_pass_is_scored_on_what_it_lists(
    pairs: list[LabelledPair], workflow: Workflow, says: Says
) -> None:
    single = _measured(pairs, workflow, says("none", 1)).baselines.single_pass
    assert single.right + single.false_alarms == len(pairs)
    assert single.usage.model_calls == len(pairs)


def test_a_pair_without_a_report_counts_as_missed_and_is_named(workflow: Workflow) -> None:
    def refuse(request: ChooseRequest) -> Mapping[str, float]:
        raise BadImage(f"{len(request.answers)} answers", fix="none")

    pair = drawn_pair(DRAWN, 0, defects=5)
    figures = _measured([pair], workflow, ScriptedModel(choosing=refuse))
    assert figures.misses == len(pair.truths)
    assert figures.failed == [f"{pair.name}: 7 answers: none"]


def test_figures_are_ready_for_json_and_shown_from_it(
    pairs: list[LabelledPair], workflow: Workflow, says: Says
) -> None:
    dumped = _measured(pairs, workflow, says("open", 0.9)).model_dump()
    contract = {"pairs", "precision", "recall", "f_score", "map", "proposal_recall"}
    assert contract | {"pairs_per_second", "baselines"} <= dumped.keys()
    assert set(dumped["baselines"]) == {"difference", "single_pass"}
    assert json.loads(json.dumps(dumped))["pairs"] == 2
    console = Console(width=120)
    with console.capture() as shown:
        console.print(deeppcb.show(dumped))
    assert "single pass" in shown.get()


def test_progress_runs_through_both_passes(
    pairs: list[LabelledPair], workflow: Workflow, says: Says
) -> None:
    seen: list[tuple[int, int]] = []
    measure(
        workflow,
        says("none", 1),
        pairs,
        boards="two",
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


def _measured(pairs: list[LabelledPair], workflow: Workflow, model: ScriptedModel) -> Figures:
    return measure(workflow, model, pairs, boards="some", progress=_unwatched)


def _unwatched(done: int, total: int) -> None: ...
