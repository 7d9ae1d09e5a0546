import numpy as np
import pytest

from foveal.records.card import Card, finding_card
from foveal.records.run_directory import RunDirectory
from foveal.schemas.box import Box
from foveal.schemas.evidence import Evidence, ToolStep
from foveal.schemas.finding import Finding
from foveal.schemas.image import name_pixels
from foveal.schemas.verification import Verified
from foveal.schemas.view import View

TEMPLATE, TESTED = "img:" + "a" * 64, "img:" + "b" * 64
CROP = np.zeros((128, 128), np.uint8)


def seen(name: str, image: str, region: Box) -> Evidence:
    return Evidence(
        name=name,
        view=View(image=image, box_px=region, size_px=(128, 128)),
        crop=name_pixels(CROP),
        tools=[],
        model="tiny",
        prompt="c" * 64,
        answers={"none": 0.25, "open": 0.75},
    )


def card_of(run: RunDirectory, box: Box, *evidence: Evidence) -> Card:
    run.images.save(name_pixels(CROP), CROP)
    finding = Finding(label="open", box_px=box, confidence=0.75, evidence=list(evidence))
    return finding_card(finding, "1", tested=TESTED, images=run.images)


def test_the_box_is_drawn_where_it_lies_in_the_tested_crop_and_carried_to_its_pair(
    run: RunDirectory,
) -> None:
    pair = seen("A", TEMPLATE, Box(5, 0, 69, 64)), seen("B", TESTED, Box(0, 0, 64, 64))
    (look,) = card_of(run, Box(10, 20, 30, 40), *pair).looks
    assert [crop.box for crop in look.crops] == [(20, 40, 60, 80), (20, 40, 60, 80)]


def test_in_a_turned_crop_the_box_is_turned_with_it(run: RunDirectory) -> None:
    upright = seen("A", TESTED, Box(0, 0, 64, 64))
    turned = upright.view.model_copy(update={"quarter_turns": 1})
    (look,) = card_of(run, Box(10, 20, 30, 44), upright.model_copy(update={"view": turned})).looks
    assert look.crops[0].box == (40, 68, 88, 108)


def test_a_second_question_about_the_same_names_is_a_second_look(run: RunDirectory) -> None:
    pair = seen("A", TEMPLATE, Box(0, 0, 64, 64)), seen("B", TESTED, Box(0, 0, 64, 64))
    looks = card_of(run, Box(10, 20, 30, 40), *pair, *pair).looks
    assert [[crop.evidence.name for crop in look.crops] for look in looks] == [["A", "B"]] * 2


def test_answers_come_likeliest_first(run: RunDirectory) -> None:
    (look,) = card_of(run, Box(1, 1, 2, 2), seen("A", TESTED, Box(0, 0, 64, 64))).looks
    assert look.answers == [("open", 0.75), ("none", 0.25)]


def test_each_look_keeps_its_own_thought(run: RunDirectory) -> None:
    one, other = (
        seen("A", TESTED, Box(0, 0, 64, 64)).model_copy(update={"thought": thought})
        for thought in ("A gap.", None)
    )
    looks = card_of(run, Box(1, 1, 2, 2), one, other).looks
    assert [look.thought for look in looks] == ["A gap.", None]


@pytest.mark.parametrize(
    "evidence",
    [
        pytest.param(seen("A", TEMPLATE, Box(0, 0, 64, 64)), id="no crop of the tested image"),
        pytest.param(seen("B", TESTED, Box(64, 64, 128, 128)), id="box outside the crop"),
    ],
)
def test_no_box_is_drawn_where_its_place_is_not_known(
    run: RunDirectory, evidence: Evidence
) -> None:
    (look,) = card_of(run, Box(10, 20, 30, 40), evidence).looks
    assert look.crops[0].box is None


def test_beside_a_like_place_the_box_lies_where_it_lies_in_the_part(run: RunDirectory) -> None:
    like, place = Box(200, 200, 264, 264), Box(0, 0, 64, 64)

    (look,) = card_of(
        run, Box(8, 16, 40, 48), seen("A", TESTED, like), seen("B", TESTED, place)
    ).looks

    first, second = (crop.box for crop in look.crops)
    assert first == second == (16, 32, 80, 96)


def test_a_finding_without_evidence_has_no_looks(run: RunDirectory) -> None:
    assert card_of(run, Box(1, 1, 2, 2)).looks == []


def test_a_trial_shows_the_part_of_each_look_and_how_it_was_covered(run: RunDirectory) -> None:
    def asked(name: str, image: str, yes: float, *steps: ToolStep) -> Evidence:
        answers = {"yes": yes, "no": 1 - yes}
        evidence = seen(name, image, Box(0, 0, 64, 64))
        return evidence.model_copy(update={"answers": answers, "tools": list(steps)})

    cover = ToolStep(tool="cover", result="grey over x 1–2, y 1–2")
    looks = [
        *(asked("A", TEMPLATE, 0.9), asked("B", TESTED, 0.9)),
        *(asked("A", TEMPLATE, 0.2), asked("B", TESTED, 0.2, cover)),
    ]
    run.images.save(name_pixels(CROP), CROP)
    verified = Verified(claimed=0.9, covered=0.2, supported=True, evidence=looks)
    finding = Finding(
        label="open", box_px=Box(1, 1, 2, 2), confidence=1, evidence=[], verification=verified
    )

    shots = finding_card(finding, "1", tested=TESTED, images=run.images).trial

    assert [shot.crop.evidence.name for shot in shots] == ["B", "B"]
    assert [(shot.cover, shot.yes) for shot in shots] == [(None, 0.9), (cover.result, 0.2)]
