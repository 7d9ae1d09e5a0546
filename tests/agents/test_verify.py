from collections.abc import Callable

import numpy as np
import pytest
from langgraph.runtime import Runtime

from foveal.agents.context import Context
from foveal.agents.inspection import Inspection, Judgement, Region, Trial
from foveal.agents.scripted import ScriptedModel, shown
from foveal.agents.verify import verify
from foveal.models.protocol import ChooseRequest, VisionLanguageModel
from foveal.schemas.box import Box
from foveal.schemas.calibration import Calibration
from foveal.schemas.evidence import Cover
from foveal.schemas.image import name_pixels
from foveal.schemas.report import Usage
from foveal.schemas.verification import Verification
from foveal.schemas.workflow import Layers, Workflow
from foveal.tools.image import Image
from foveal.tools.view import cut

RunWith = Callable[[VisionLanguageModel, Workflow], Runtime[Context]]

WRONG = {"open": 0.9, "spur": 0.05, "none": 0.05}
HARMLESS = {"open": 0.01, "spur": 0.01, "none": 0.98}


def by_eye(request: ChooseRequest) -> dict[str, float]:
    """Says yes while the tested part has a light gap in the trace in its middle."""
    pictures = shown(request.conversation)
    tested = pictures["B" if "B" in pictures else "A"]
    middle = float(tested[56:72, 56:72].mean())
    yes, no = request.answers
    return {yes: 0.9, no: 0.1} if middle > 200 else {yes: 0.1, no: 0.9}


def always(probability: float) -> ScriptedModel:
    return ScriptedModel(
        choosing=lambda asked: dict(zip(asked.answers, (probability, 1 - probability), strict=True))
    )


@pytest.fixture
def judged(state: Inspection, cut_region: Region, whole_region: Region) -> Inspection:
    """The cut was judged an open, the other place harmless."""
    judgements = [
        Judgement(region=region, probabilities=answers, looks=[])
        for region, answers in ((cut_region, WRONG), (whole_region, HARMLESS))
    ]
    return {**state, "judgements": judgements}


@pytest.fixture
def alone(judged: Inspection) -> Inspection:
    """The same without a template."""
    del judged["template"], judged["aligned"]
    return judged


def verified(workflow: Workflow, **settings: object) -> Workflow:
    verification = Verification.model_validate(settings)
    return workflow.model_copy(update={"verification": verification})


def test_without_a_verification_nothing_is_asked(
    judged: Inspection, workflow: Workflow, run_with: RunWith
) -> None:
    model = always(1)

    assert verify(judged, run_with(model, workflow)) == {"trials": []}
    assert model.chosen == []


def test_only_what_may_be_reported_is_asked_about_and_all_at_once(
    judged: Inspection, workflow: Workflow, cut_region: Region, run_with: RunWith
) -> None:
    model = ScriptedModel(choosing=by_eye)

    update = verify(judged, run_with(model, verified(workflow)))

    (trial,) = update["trials"]
    assert (trial.claim.region, trial.claim.label) == (cut_region, "open")
    assert [look.cover for look in trial.looks] == [None] * 3 + ["reference"]
    assert update["usage"] == Usage(image_encodes=8, model_calls=4)
    assert all(request.answers == ("yes", "no") for request in model.chosen)
    assert 'B has the label "open"' in str(model.chosen[0].conversation[0].parts[0])


def test_a_part_with_nothing_wrong_costs_no_call(
    judged: Inspection, workflow: Workflow, run_with: RunWith
) -> None:
    model = always(1)
    harmless: Inspection = {**judged, "judgements": judged["judgements"][1:]}

    update = verify(harmless, run_with(model, verified(workflow)))

    assert (update["trials"], update["usage"], model.chosen) == ([], Usage(), [])


def test_the_rule_of_what_is_asked_about_follows_the_calibration(
    judged: Inspection,
    workflow: Workflow,
    run_with: RunWith,
    make_calibration: Callable[..., Calibration],
) -> None:
    doubting = verified(workflow).model_copy(
        update={"calibration": {"en": make_calibration(shift=9.0)}}
    )

    assert verify(judged, run_with(always(1), doubting))["trials"] == []


@pytest.mark.parametrize("given", ["judged", "alone"])
@pytest.mark.parametrize("covers", [["grey"], ["surroundings"], ["surroundings", "grey"]], ids=str)
def test_a_claim_that_rests_on_its_pixels_falls_when_they_are_covered(
    given: str,
    covers: list[Cover],
    workflow: Workflow,
    run_with: RunWith,
    request: pytest.FixtureRequest,
) -> None:
    state: Inspection = request.getfixturevalue(given)
    model = ScriptedModel(choosing=by_eye)

    (trial,) = verify(state, run_with(model, verified(workflow, covers=covers)))["trials"]

    assert [trial.claimed, trial.covered] == pytest.approx([0.9, 0.1])
    assert len(trial.looks) == 3 + len(covers)


def test_the_golden_crop_takes_the_place_of_the_tested_one(
    judged: Inspection, workflow: Workflow, run_with: RunWith
) -> None:
    model = ScriptedModel(choosing=by_eye)

    (trial,) = verify(judged, run_with(model, verified(workflow, covers=["reference"])))["trials"]

    pictures = shown(model.chosen[-1].conversation)
    assert np.array_equal(pictures["A"], pictures["B"])
    assert trial.looks[-1].pictures[1].view == trial.looks[-1].pictures[0].view
    assert trial.covered == 0.1


def test_a_reference_is_no_cover_where_there_is_no_template(
    alone: Inspection, workflow: Workflow, run_with: RunWith
) -> None:
    model = ScriptedModel(choosing=by_eye)

    (trial,) = verify(alone, run_with(model, verified(workflow)))["trials"]

    assert [look.cover for look in trial.looks] == [None] * 3 + ["surroundings"]
    assert {tuple(shown(request.conversation)) for request in model.chosen} == {("A",)}
    assert 'the view shows the label "open"' in str(model.chosen[0].conversation[0].parts[0])


def test_votes_differ_in_side_and_in_the_order_of_the_pictures(
    judged: Inspection, workflow: Workflow, run_with: RunWith
) -> None:
    model = ScriptedModel(choosing=by_eye)
    settings = verified(workflow, votes=[1, 0.75, 1.5, 1.25], covers=["grey"])

    (trial,) = verify(judged, run_with(model, settings))["trials"]

    sides = [look.pictures[1].view.box_px.width for look in trial.looks]
    assert sides == [64, 48, 96, 80, 64]
    orders = ["".join(shown(request.conversation)) for request in model.chosen]
    assert orders == ["AB", "BA", "AB", "BA", "AB"]


def test_a_vote_is_their_mean_and_a_cover_the_worst(
    judged: Inspection, workflow: Workflow, run_with: RunWith
) -> None:
    said = iter([0.9, 0.6, 0.3, 0.2, 0.4])

    def one_after_another(request: ChooseRequest) -> dict[str, float]:
        yes = next(said)
        return dict(zip(request.answers, (yes, 1 - yes), strict=True))

    model = ScriptedModel(choosing=one_after_another)
    settings = verified(workflow, covers=["grey", "reference"])
    (trial,) = verify(judged, run_with(model, settings))["trials"]

    assert [trial.claimed, trial.covered] == pytest.approx([0.6, 0.4])


@pytest.mark.parametrize(
    ("claimed", "covered", "supported"),
    [(0.5, 0.49, True), (0.49, 0.0, False), (0.9, 0.5, False), (1.0, 0.0, True)],
)
def test_support_is_a_claim_that_holds_and_falls(
    claimed: float, covered: float, supported: bool
) -> None:
    assert Verification().supports(claimed=claimed, covered=covered) is supported


def test_a_covered_look_says_what_was_hidden_and_shows_the_rest_as_it_is(
    judged: Inspection, workflow: Workflow, tested: Image, cut_region: Region, run_with: RunWith
) -> None:
    model = ScriptedModel(choosing=by_eye)
    settings = verified(workflow, covers=["grey"], margin_px=3)

    (trial,) = verify(judged, run_with(model, settings))["trials"]

    look, picture = trial.looks[-1], trial.looks[-1].pictures[1]
    assert look.hidden_px == cut_region.box_px.grown(3)
    covered = shown(model.chosen[-1].conversation)["B"]
    assert picture.crop == name_pixels(covered)
    plain = cut(tested, picture.view.box_px, size=picture.view.size_px).pixels
    x1, y1, x2, y2 = (round(v) for v in picture.view.box_from_original(look.hidden_px))
    assert (covered[y1 + 2 : y2 - 2, x1 + 2 : x2 - 2] == 128).all()
    assert np.array_equal(covered[:, : x1 - 2], plain[:, : x1 - 2])


def test_a_region_that_fills_the_part_is_covered_too(
    judged: Inspection, workflow: Workflow, run_with: RunWith
) -> None:
    whole = judged["judgements"][0].model_copy(
        update={"region": Region(box_px=Box(0, 0, 240, 160), changed_px=9)}
    )
    model = ScriptedModel(choosing=by_eye)
    settings = verified(workflow, covers=["surroundings"])

    verify({**judged, "judgements": [whole]}, run_with(model, settings))

    assert shown(model.chosen[-1].conversation)["B"].std() == 0


def test_asked_in_another_language_the_answers_are_kept_under_one_name(
    judged: Inspection, in_chinese: Workflow, run_with: RunWith
) -> None:
    model = ScriptedModel(choosing=by_eye)

    (trial,) = verify(judged, run_with(model, verified(in_chinese)))["trials"]

    asked = str(model.chosen[0].conversation[0].parts[0])
    assert {request.answers for request in model.chosen} == {("是", "否")}
    assert "断言：B 的中间是“断路”" in asked
    assert trial.looks[0].answers == {"yes": 0.9, "no": 0.1}


def test_a_trial_survives_being_stored(
    judged: Inspection, workflow: Workflow, run_with: RunWith
) -> None:
    (trial,) = verify(judged, run_with(always(0.7), verified(workflow)))["trials"]

    assert Trial.model_validate_json(trial.model_dump_json()) == trial


def test_votes_put_the_claim_in_other_words_where_told_to(
    judged: Inspection, workflow: Workflow, run_with: RunWith
) -> None:
    model = ScriptedModel(choosing=by_eye)

    update = verify(judged, run_with(model, verified(workflow, wordings=2)))

    told = [str(request.conversation[0].parts[0]) for request in model.chosen]
    usual = ['B has the label "open"' in text for text in told]
    other = ['Is it true that the middle of B shows "open"?' in text for text in told]
    assert usual == [True, False, True, True]
    assert other == [False, True, False, False]
    (trial,) = update["trials"]
    assert [look.prompt == trial.looks[0].prompt for look in trial.looks] == usual


def test_a_workflow_that_words_the_claim_itself_has_one_way_to_put_it(
    judged: Inspection, workflow: Workflow, run_with: RunWith
) -> None:
    model = ScriptedModel(choosing=by_eye)
    worded = verified(workflow, wordings=3).model_copy(
        update={"instructions": {"verify": Layers(format={"en": "{{ claim }}, yes or no?"})}}
    )

    verify(judged, run_with(model, worded))

    told = [str(request.conversation[0].parts[0]) for request in model.chosen]
    assert all(text.endswith("\nopen, yes or no?") for text in told)
