import json
import re
from typing import get_args

import numpy as np
import pytest

from foveal.agents.briefs import brief_for
from foveal.agents.instructions import ALONE, TOLD, Language, Role
from foveal.models.protocol import Picture
from foveal.schemas.workflow import Looks
from foveal.training.chunk import KINDS, NONE, Chunk
from foveal.training.crops import VIEW_PX, Crops, draw_crops
from foveal.training.mixture import MIXTURE, Task
from foveal.training.sample import Sample
from foveal.training.tasks import TASKS, draw_batch, draw_samples, role_of
from foveal.training.thoughts import with_thought
from foveal.training.told import draw_facts
from foveal.training.wordings import shipped, vary
from foveal.workflow_file import load_workflow


def batch(task: Task, chunk: Chunk, *, seed: int = 0) -> list[Sample]:
    """In the English words that ship."""
    rng, thinking = np.random.default_rng(seed), task.endswith(" thinking")
    return draw_samples(rng, task, chunk, shipped(role_of(task)), size=20 if thinking else 48)


def kinds_shown(sample: Sample) -> set[str]:
    return {KINDS[int(row[0])] for row in sample.truths}


def system_text(sample: Sample) -> str:
    return str(sample.conversation[0].parts[0])


def test_a_judge_answers_with_what_is_shown_or_none(chunk: Chunk) -> None:
    samples = batch("judge", chunk)

    harmful = [sample for sample in samples if sample.answer != "none"]
    assert 26 < len(harmful) < 46
    assert all(sample.answer in kinds_shown(sample) for sample in harmful)


def test_crops_show_what_they_are_said_to_show(chunk: Chunk) -> None:
    rng = np.random.default_rng(0)
    for row in range(len(chunk.kinds)):
        crops = draw_crops(rng, chunk, row)
        met = {int(truth[0]) for truth in crops.truths if _meets(crops, truth[1:])}
        assert (crops.kind == NONE and not met) or crops.kind in met
        assert {picture.pixels.shape for picture in crops.pictures} == {(VIEW_PX, VIEW_PX)}


def _meets(crops: Crops, corners: np.ndarray) -> bool:
    slack = 1e-5  # of a side: a defect that only touches the region's edge is none of it
    return bool(
        (corners[:2] < crops.box[2:] - slack).all() and (corners[2:] > crops.box[:2] + slack).all()
    )


def test_the_change_lies_near_the_middle_of_the_crop(chunk: Chunk) -> None:
    rng = np.random.default_rng(1)

    centers = [draw_crops(rng, chunk, row).box.reshape(2, 2).mean(0) for row in range(40)]

    assert np.median(np.abs(np.array(centers) - 0.5)) < 0.06


def test_a_box_is_written_in_thousandths_or_not_at_all(chunk: Chunk) -> None:
    for sample in batch("locate", chunk):
        written = json.loads(sample.answer)
        if written["label"] == "none":
            assert written["box"] is None
        else:
            x1, y1, x2, y2 = written["box"]
            assert 0 <= x1 < x2 <= 1000
            assert 0 <= y1 < y2 <= 1000


def test_a_claim_is_true_where_the_claimed_kind_is_shown(chunk: Chunk) -> None:
    answers = set()
    for seed in range(6):
        for sample in batch("verify", chunk, seed=seed):
            claim = re.findall(r'label "(.+)"\. Is', system_text(sample))[0]
            answers.add(sample.answer)
            assert sample.answer == "no" or claim == "none" or claim in kinds_shown(sample)

    assert answers == {"yes", "no"}


def test_a_survey_lists_every_defect_from_the_top(chunk: Chunk) -> None:
    for sample in batch("survey", chunk):
        findings = json.loads(sample.answer)["findings"]
        assert len(findings) == len(sample.truths)
        tops = [finding["box"][1] for finding in findings]
        assert tops == sorted(tops)
        for finding, truth in zip(findings, sample.truths, strict=True):
            x1, y1, x2, y2 = np.array(finding["box"]) / 1000
            assert finding["label"] == KINDS[int(truth[0])]
            assert x1 <= max(truth[1], 0.001) + 0.001
            assert y2 >= min(truth[4], 0.999) - 0.001
            assert (x2 - x1, y2 - y1) > (0, 0)


def test_digits_are_drawn_and_asked_for(chunk: Chunk) -> None:
    samples = batch("sight", chunk)

    assert {sample.answer for sample in samples} <= set("0123456789")
    assert len({sample.answer for sample in samples}) > 4


@pytest.mark.parametrize("task", TASKS)
def test_every_wording_names_the_answer_that_it_wants(task: Task, chunk: Chunk) -> None:
    role = role_of(task)
    for seed in range(12):
        drawn = draw_batch(np.random.default_rng(seed), task, chunk, variety=1.0)
        for sample in drawn[:2]:
            shown = [part for part in sample.conversation[1].parts if isinstance(part, Picture)]
            names = {picture.name for picture in shown}
            assert names == (set() if role in TOLD else {"A"} if role in ALONE else {"A", "B"})
            assert "{" not in system_text(sample).replace('{"', "").replace("{...", "")
            assert task != "judge" or sample.answer in system_text(sample)


@pytest.mark.parametrize("task", ["judge thinking", "look thinking"])
def test_a_thought_leads_to_the_label_of_what_is_shown(task: Task, chunk: Chunk) -> None:
    for sample in batch(task, chunk):
        (said,) = re.findall(r"^<think>\n(.+)\n</think>\n\n(.+)$", sample.answer)
        thought, answer = said
        assert answer in thought
        assert answer == "none" or answer in kinds_shown(sample)
        assert ("noise" in thought or "ordinary" in thought) == (answer == "none")
        assert "\nThink first, briefly.\n" in system_text(sample)


@pytest.mark.parametrize("task", ["judge", "look"])
def test_nobody_thinks_unasked(task: Task, chunk: Chunk) -> None:
    for sample in batch(task, chunk):
        assert "<think>" not in sample.answer
        assert "Think" not in system_text(sample)


def test_a_thought_says_where_and_how_wide() -> None:
    corner = np.array([[KINDS.index("spur"), 0.05, 0.1, 0.25, 0.2]], np.float32)
    middle = np.array([[KINDS.index("open"), 0.3, 0.5, 0.7, 0.55]], np.float32)
    rng = np.random.default_rng(0)

    first = with_thought(rng, shipped("look"), corner, KINDS.index("spur"), compared=False)
    second = with_thought(rng, shipped("look", "zh"), middle, KINDS.index("open"), compared=False)

    assert "0.2 wide" in first
    assert "upper left" in first
    assert "宽 0.4" in second
    assert "中间" in second


def test_a_scout_lists_at_most_eight_places_from_the_top(chunk: Chunk) -> None:
    for sample in batch("scout", chunk):
        regions = json.loads(sample.answer)["regions"]
        assert len(regions) == min(8, len(sample.truths))
        tops = [region["box"][1] for region in regions]
        assert tops == sorted(tops)
        assert all(region["why"] for region in regions)


def test_wordings_differ_in_language_and_words() -> None:
    rng = np.random.default_rng(0)

    wordings = [vary(rng, "judge", variety=1.0) for _ in range(60)]

    assert {wording.language for wording in wordings} == set(get_args(Language))
    assert len({wording.brief().sha256 for wording in wordings}) > 50


@pytest.mark.parametrize("role", ["judge", "look", "report"])
def test_constraints_are_told_in_many_prompts(role: Role) -> None:
    rng = np.random.default_rng(0)
    more = {"facts": draw_facts(rng, shipped(role)), "instruction": "", "properties": ""}

    wordings = [vary(rng, role, variety=1.0) for _ in range(60)]
    constrained = [wording for wording in wordings if wording.sentences]

    assert 12 < len(constrained) < 36
    for wording in constrained:
        told = wording.brief(**more).system.split("\n")
        assert all(sentence in told for sentence in wording.sentences)


@pytest.mark.parametrize("role", ["judge", "survey"])
def test_the_shipped_wording_is_what_the_shipped_workflow_sends(role: Role) -> None:
    workflow = load_workflow("board-compare")

    assert shipped(role).brief() == brief_for(role, workflow)  # type: ignore[arg-type]  # parametrised


def test_pictures_are_as_large_as_the_judge_sends_them() -> None:
    assert Looks().size_px == VIEW_PX


def test_all_tasks_have_their_share_of_the_time() -> None:
    rng = np.random.default_rng(0)

    assert set(MIXTURE.weights) == set(TASKS)
    assert {MIXTURE.draw(rng) for _ in range(4000)} == set(TASKS)
