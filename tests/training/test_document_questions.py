import json
from collections.abc import Iterator
from typing import Any, get_args

import numpy as np
import pytest

from foveal.agents.facts import Facts
from foveal.agents.instructions import Language
from foveal.training.document_words import QUESTIONS
from foveal.training.documents import Document, draw_document
from foveal.training.wordings import shipped


def facts_of(document: Document) -> Facts:
    facts = document.values["facts"]
    assert isinstance(facts, Facts)
    return facts


def asked(kind: str, language: Language, count: int = 600) -> Iterator[tuple[Facts, list[Any]]]:
    """The facts, and the values of the answer; labels are named in their questions."""
    rng, wording = np.random.default_rng(3), shipped("report", language)
    words = QUESTIONS[language][kind]
    for _ in range(count):
        document = draw_document(rng, wording)
        facts = facts_of(document)
        if document.values["instruction"] in {
            text.format(label=label) for text in words for label in facts.labels
        }:
            yield facts, list(json.loads(document.answer).values())


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("kind", QUESTIONS["en"])
def test_every_kind_of_question_is_asked_in_every_language(kind: str, language: Language) -> None:
    assert len(list(asked(kind, language))) > 10


def test_the_worst_is_told_of_one_finding_or_of_none() -> None:
    for facts, answer in asked("worst", "en"):
        worst = facts.worst
        told = [None] if worst is None else [worst.label, list(worst.box), worst.size_mm]
        assert all(value in told for value in answer)


def test_counts_are_told_for_every_label_and_every_region() -> None:
    for facts, answer in asked("by label", "en"):
        assert answer == list(facts.by_label.values())
    for facts, answer in asked("by region", "en"):
        assert answer == list(facts.by_region.values())


def test_a_chinese_region_is_counted_under_its_own_name_or_the_english_one() -> None:
    rng, wording = np.random.default_rng(3), shipped("report", "zh")
    drawn = (draw_document(rng, wording) for _ in range(2400))
    answers = [json.loads(document.answer) for document in drawn]

    assert any({"左上", "右下"} <= answer.keys() for answer in answers)
    assert any({"top_left", "bottom_right"} <= answer.keys() for answer in answers)


@pytest.mark.parametrize("kind", ["list", "whole"])
def test_a_list_has_an_entry_for_every_finding(kind: str) -> None:
    for facts, answer in asked(kind, "zh"):
        (entries,) = (value for value in answer if isinstance(value, list))
        assert len(entries) == len(facts.defects)


def test_what_is_looked_for_is_at_times_there_and_at_times_not() -> None:
    found = [answer[0] for _, answer in asked("any", "en")]
    assert {True, "yes"} & set(found)
    assert {False, "no"} & set(found)
