import pytest

from foveal.agents.briefs import brief_for
from foveal.evals.order_bias import Change, OrderBias, turned_round
from foveal.schemas.workflow import Layers, Workflow


def test_the_tested_part_is_shown_first_and_nothing_else_changes(workflow: Workflow) -> None:
    usual = brief_for("judge", workflow)

    assert brief_for("judge", turned_round(workflow)) == usual.turned_round() != usual


def test_a_workflows_own_words_are_turned_too(workflow: Workflow) -> None:
    layers = Layers(visual="Good: [A]\nNew: [B]", format="One label.")
    own = workflow.model_copy(update={"instructions": {"judge": layers}})

    turned = turned_round(own).instructions["judge"]

    assert turned == Layers(visual="New: [B]\nGood: [A]", format="One label.")


def test_bias_is_a_mean_over_regions_whatever_part_they_are_on() -> None:
    bias = OrderBias.of([[Change(0.3, True), Change(0.1, False)], [], [Change(-0.1, False)]])

    assert bias is not None
    assert bias.wrong == pytest.approx(0.1)
    assert bias.interval == pytest.approx((-0.1, 0.2))
    assert (bias.renamed.count, bias.renamed.of) == (1, 3)


def test_without_a_region_nothing_is_known() -> None:
    assert OrderBias.of([[], []]) is None
