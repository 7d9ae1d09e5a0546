from collections.abc import Callable
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foveal.agents.calibration import (
    calibrated,
    calibration_for,
    decision_for,
    require_revision,
    require_rules,
    rules_of,
    scaled,
)
from foveal.agents.scripted import ScriptedModel
from foveal.schemas.calibration import Calibration
from foveal.schemas.errors import BadWorkflow
from foveal.schemas.language import Language
from foveal.schemas.limits import Limits
from foveal.schemas.verification import Verification
from foveal.schemas.workflow import LabelDefinition, Layers, Looks, Scale, Workflow

Make = Callable[..., Calibration]
probabilities = st.floats(0, 1)


@given(probabilities, probabilities, st.floats(0.05, 20), st.floats(-20, 20))
def test_probabilities_stay_probabilities_in_the_same_order(
    one: float, other: float, temperature: float, shift: float
) -> None:
    low, high = sorted((one, other))

    after = [scaled(value, temperature=temperature, shift=shift) for value in (low, high)]

    assert 0 < after[0] <= after[1] < 1


def test_without_a_calibration_nothing_changes() -> None:
    assert calibrated(0.7, None) == 0.7


@pytest.mark.parametrize(("temperature", "expected"), [(1, 0.8), (2, 2 / 3), (0.5, 16 / 17)])
def test_a_temperature_divides_the_logits(
    temperature: float, expected: float, make_calibration: Make
) -> None:
    assert calibrated(0.8, make_calibration(temperature=temperature)) == pytest.approx(expected)


def test_a_shift_makes_harmless_as_much_likelier(make_calibration: Make) -> None:
    assert calibrated(0.5, make_calibration(shift=2.0)) == pytest.approx(1 / (1 + 2.718281828**2))


def test_what_a_model_rules_out_stays_all_but_impossible(make_calibration: Make) -> None:
    assert calibrated(0.0, make_calibration()) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("limits", "report_at"),
    [
        pytest.param((0.2, 0.9), 0.5, id="its own, between the limits"),
        pytest.param((0.6, 0.9), 0.5, id="its own, below what may pass"),
        pytest.param((0.1, 0.3), 0.3, id="no part fails without one"),
    ],
)
def test_limits_chosen_on_labelled_parts_take_the_place_of_the_workflows(
    limits: tuple[float, float], report_at: float, workflow: Workflow, make_calibration: Make
) -> None:
    calibration = make_calibration(low=limits[0], high=limits[1])
    trusted = workflow.model_copy(update={"calibration": {"en": calibration}})

    decision = decision_for(ScriptedModel(), trusted)

    assert decision == Limits(report_at=report_at, review=limits)


@pytest.mark.parametrize(
    ("report_at", "low"),
    [
        pytest.param(0.5, 0.35, id="reported from within the band on"),
        pytest.param(0.2, 0.2, id="reported from below it on"),
    ],
)
def test_uncalibrated_no_part_passes_with_what_would_be_reported(
    report_at: float, low: float, workflow: Workflow
) -> None:
    unmeasured = workflow.model_copy(update={"decision": Limits(report_at=report_at)})

    decision = decision_for(ScriptedModel(), unmeasured)

    assert decision == Limits(report_at=report_at, review=(low, 0.65))


def test_a_calibration_holds_for_the_language_it_was_fitted_in(
    in_chinese: Workflow, make_calibration: Make
) -> None:
    fitted: dict[Language, Calibration] = {"zh": make_calibration()}
    asked = in_chinese.model_copy(update={"calibration": fitted})
    english = asked.model_copy(update={"language": "en"})

    assert calibration_for(ScriptedModel(), asked) == fitted["zh"]
    assert calibration_for(ScriptedModel(), english) is None


def test_limits_of_other_weights_are_not_taken(workflow: Workflow, make_calibration: Make) -> None:
    other = workflow.model_copy(update={"calibration": {"en": make_calibration(revision="f" * 64)}})

    assert decision_for(ScriptedModel(), other) == workflow.decision


ASKED_OTHERWISE: dict[str, tuple[dict[str, object], str]] = {
    "labels": (
        {
            "labels": [
                LabelDefinition(name="open", meaning="a gap"),
                LabelDefinition(name="none", meaning="all is well"),
            ]
        },
        "instructions, labels",
    ),
    "instructions": ({"instructions": {"judge": Layers(system="Look.")}}, "instructions"),
    "language": ({"language": "zh"}, "instructions, language"),
    "looks": ({"looks": Looks(size_px=64)}, "looks"),
    "scale": ({"scale": Scale(px_per_mm=9)}, "scale"),
    "when it looks closer": ({"decision": Limits(sure_from=0.9)}, r"decision\.sure_from"),
}


@pytest.mark.parametrize(("changed", "named"), ASKED_OTHERWISE.values(), ids=list(ASKED_OTHERWISE))
def test_a_calibration_of_a_workflow_that_asks_otherwise_is_refused_by_what_differs(
    changed: dict[str, object], named: str, workflow: Workflow, make_calibration: Make
) -> None:
    calibration = make_calibration(rules=rules_of(workflow))
    known = dict.fromkeys(get_args(Language), calibration)
    other = workflow.model_copy(update={"calibration": known} | changed)

    with pytest.raises(BadWorkflow, match=f"fitted with other {named}: run `foveal calibrate`"):
        require_rules(other, source="boards.yaml")


def test_a_workflow_may_be_renamed_and_list_more_findings(
    workflow: Workflow, make_calibration: Make
) -> None:
    calibration = make_calibration(rules=rules_of(workflow))
    decision = Limits(report_at=0.3, review=(0.1, 0.2))
    changed = {"name": "mine", "model": "./other", "decision": decision}

    require_rules(
        workflow.model_copy(update={"calibration": {"en": calibration}} | changed),
        source="boards.yaml",
    )


@pytest.mark.parametrize("tokens", [40, 41])
def test_a_calibration_holds_for_what_its_judge_may_think(
    tokens: int, workflow: Workflow, make_calibration: Make
) -> None:
    fitted = workflow.model_copy(update={"thinking": {"judge": 40}})
    calibration = make_calibration(rules=rules_of(fitted))
    asked = {"calibration": {"en": calibration}, "thinking": {"judge": tokens}}

    if tokens == 40:
        require_rules(workflow.model_copy(update=asked), source="boards.yaml")
    else:
        with pytest.raises(BadWorkflow, match="fitted with other thinking: run"):
            require_rules(workflow.model_copy(update=asked), source="boards.yaml")


def test_a_calibration_made_without_thoughts_is_void_once_the_judge_thinks(
    workflow: Workflow, make_calibration: Make
) -> None:
    calibration = make_calibration(rules=rules_of(workflow))
    thinking = {"calibration": {"en": calibration}, "thinking": {"judge": 40}}

    with pytest.raises(BadWorkflow, match="fitted with other instructions, thinking"):
        require_rules(workflow.model_copy(update=thinking), source="boards.yaml")


def test_a_calibration_holds_whoever_thinks_besides_the_judges(workflow: Workflow) -> None:
    thinking = {"recognise": 9, "verify": 9, "confirm": 9, "report": 9}

    assert rules_of(workflow.model_copy(update={"thinking": thinking})) == rules_of(workflow)


def test_a_calibration_holds_whether_or_not_findings_are_tested(workflow: Workflow) -> None:
    tested = workflow.model_copy(update={"verification": Verification(confirm_from=0.7)})

    assert rules_of(tested) == rules_of(workflow)


@pytest.mark.parametrize(
    ("plan", "holds"),
    [
        ({"recognised_from": 0.9}, True),
        ({"most_calls": 3, "call_tokens": 9}, True),
        ({"side_px": 96}, False),
        ({"scout": True}, False),
        ({"by": "model"}, False),
    ],
)
def test_of_a_plan_only_what_is_shown_counts(
    plan: dict[str, object], holds: bool, workflow: Workflow
) -> None:
    searching = workflow.model_copy(update={"graph": "inspect"})
    other = searching.model_copy(update={"plan": searching.plan.model_copy(update=plan)})

    assert (rules_of(other) == rules_of(searching)) == holds


@pytest.mark.parametrize(
    ("graph", "counts"), [("compare", set()), ("inspect", {"looks", "instructions"})]
)
def test_a_like_place_counts_where_it_is_shown(
    graph: str, counts: set[str], workflow: Workflow
) -> None:
    shown = workflow.model_copy(update={"graph": graph})
    alone = shown.model_copy(update={"looks": Looks(alike=False)})

    mine, other = rules_of(shown), rules_of(alone)

    assert {name for name in mine if mine[name] != other[name]} == counts


def test_turned_looks_count_and_upright_ones_leave_earlier_fits_valid(workflow: Workflow) -> None:
    turned = workflow.model_copy(update={"looks": Looks(turned=True)})

    mine, other = rules_of(workflow), rules_of(turned)

    assert {name for name in mine if mine[name] != other[name]} == {"looks"}
    assert mine["looks"] == "23e7b42a01deb2cc", "as before looks could be turned"


def test_a_part_that_a_workflow_leaves_out_has_no_hash(workflow: Workflow) -> None:
    scaled_up = workflow.model_copy(update={"scale": Scale(px_per_mm=9)})

    assert rules_of(scaled_up).keys() - rules_of(workflow).keys() == {"scale"}


def test_a_calibration_of_other_weights_is_refused_with_both_revisions(
    workflow: Workflow, make_calibration: Make
) -> None:
    other = workflow.model_copy(update={"calibration": {"en": make_calibration(revision="f" * 64)}})

    with pytest.raises(BadWorkflow, match=r"revision f{12}, not for 'scripted', revision 0{12}: "):
        require_revision(other, ScriptedModel())


def test_revisions_that_begin_alike_are_told_apart(
    workflow: Workflow, make_calibration: Make
) -> None:
    known = workflow.model_copy(update={"calibration": {"en": make_calibration()}})

    with pytest.raises(BadWorkflow, match=r"revision 0{64}\+int8: run `foveal calibrate`"):
        require_revision(known, ScriptedModel(revision="0" * 64 + "+int8"))
