import json
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import numpy as np
import pytest
import torch
from jsonschema_rs import validator_for
from transformers import AutoTokenizer, PreTrainedTokenizerFast, Qwen3VLForConditionalGeneration

from foveal.agents.facts import Facts
from foveal.agents.instructions import Language
from foveal.models.prompt import PromptBuilder
from foveal.training import tiny
from foveal.training.batcher import Batcher
from foveal.training.chunk import Chunk
from foveal.training.documents import Document, draw_document
from foveal.training.forward import CellHeads, losses
from foveal.training.tasks import draw_batch
from foveal.training.told import draw_facts
from foveal.training.wordings import shipped, vary


def documents(count: int = 300, *, long: bool = False) -> Iterator[Document]:
    rng = np.random.default_rng(0)
    for _ in range(count):
        yield draw_document(rng, vary(rng, "report", variety=0.5), long=long)


def facts_of(document: Document) -> Facts:
    facts = document.values["facts"]
    assert isinstance(facts, Facts)
    return facts


def last_list(document: Document) -> str:
    """Which the thought is about."""
    return "{" + document.answer.rpartition("[{")[2]


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from leaves(item)
    else:
        yield value


@pytest.mark.parametrize("long", [False, True])
def test_an_answer_is_valid_under_its_schema_and_in_its_order(long: bool) -> None:
    for document in documents(long=long):
        answer = json.loads(document.answer)
        assert validator_for(document.schema).is_valid(answer), document
        assert list(answer) == list(document.schema["properties"])


@pytest.mark.parametrize("long", [False, True])
def test_every_number_of_an_answer_is_told(long: bool) -> None:
    for document in documents(long=long):
        facts = facts_of(document)
        told: set[float | None] = {len(facts.defects), facts.coverage, *facts.by_label.values()}
        told |= set(facts.by_region.values())
        for defect in facts.defects:
            told |= {*defect.box, defect.size_mm, defect.confidence}
        said = [leaf for leaf in leaves(json.loads(document.answer)) if type(leaf) in (int, float)]
        assert set(said) <= told


def test_a_list_holds_what_it_is_asked_for_and_nothing_else() -> None:
    limited = 0
    for document in documents(2000):
        only = re.search(r"only of ([0-9.]+) mm", str(document.values))
        sizes = re.findall(r'[\[,]{"(?:size_mm|size|mm)":([0-9.]+)}', document.answer)
        if only and sizes:
            limited += 1
            least = float(only[1])
            large = [known for known in facts_of(document).defects if (known.size_mm or 0) >= least]
            assert [float(size) for size in sizes] == [known.size_mm for known in large]
    assert limited


def test_documents_differ_in_what_they_ask_and_in_language() -> None:
    drawn = list(documents(200))

    assert len({str(document.schema) for document in drawn}) > 180
    assert {"verdict", "count", "findings"} < {
        name for one in drawn for name in one.schema["properties"]
    }
    assert any("缺陷" in str(document.values["properties"]) for document in drawn)


@pytest.mark.parametrize(
    ("language", "said", "asked"), [("en", "。", "一句话"), ("zh", ".", "one sentence")]
)
def test_a_sentence_is_also_asked_for_in_the_other_language(
    language: Language, said: str, asked: str
) -> None:
    """Its labels are those of the facts, which are told in one language."""
    rng = np.random.default_rng(0)
    drawn = [draw_document(rng, shipped("report", language)) for _ in range(300)]
    both = [document for document in drawn if asked in str(document.values["properties"])]
    assert len(both) > 5
    for document in both:
        sentence = next(
            text for text in leaves(json.loads(document.answer)) if str(text).endswith(said)
        )
        counted = {name for name, count in facts_of(document).by_label.items() if count}
        assert all(label in sentence for label in counted)


def test_a_long_form_asks_as_much_as_the_one_that_ships() -> None:
    asked = [len(str(document.values["properties"])) for document in documents(600, long=True)]
    parts = [list(json.loads(document.answer).values()) for document in documents(long=True)]

    assert max(asked) > 680
    assert all(isinstance(known[0], dict) and len(known[0]) > 1 for known in parts)
    assert any(isinstance(known[-1], list) and len(known[-1]) > 3 for known in parts)


def test_what_is_asked_for_is_spelled_out_in_the_message(chunk: Chunk) -> None:
    for sample in draw_batch(np.random.default_rng(1), "report", chunk, variety=0.5):
        text = str(sample.conversation[1].parts[0])
        assert all(f"- {name} (" in text for name in json.loads(sample.answer))


def test_most_questions_and_answers_are_short(chunk: Chunk) -> None:
    tokenizer = AutoTokenizer.from_pretrained(str(files("foveal.models") / "tiny"))
    rng = np.random.default_rng(1)
    samples = [s for _ in range(20) for s in draw_batch(rng, "report", chunk, variety=0.5, share=8)]

    asked = [len(tokenizer(str(sample.conversation[1].parts[0])).input_ids) for sample in samples]
    answers = [len(tokenizer(sample.answer).input_ids) for sample in samples]

    assert np.percentile(asked, 75) < 480
    assert np.percentile(answers, 95) < 260


def test_facts_are_counted_by_label_and_by_region() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        facts = draw_facts(rng, vary(rng, "report", variety=0.5))
        assert sum(facts.by_label.values()) == len(facts.defects)
        assert sum(facts.by_region.values()) <= len(facts.defects)
        assert facts.worst is None or facts.worst.size_mm == max(
            (defect.size_mm for defect in facts.defects if defect.size_mm), default=None
        )


@pytest.mark.parametrize("variety", [0.0, 1.0])
def test_a_batch_of_documents_gives_a_loss(
    variety: float,
    chunk: Chunk,
    model: Qwen3VLForConditionalGeneration,
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    batcher = Batcher(model, PromptBuilder(tokenizer, tiny.image_processor()))
    samples = draw_batch(np.random.default_rng(0), "report", chunk, variety=variety, share=8)

    language, auxiliary = losses(model, CellHeads(192), batcher.tensors(samples))

    assert len({str(sample.conversation[1]) for sample in samples}) == len(samples)
    assert torch.isfinite(language)
    assert language > 0
    assert not auxiliary


def test_a_thought_cites_by_number_what_the_document_lists() -> None:
    limited = 0
    for document in documents(2000):
        cited = re.search(r"(?:List|列出) ([0-9, ]+)(?::|：)", document.thought)
        sizes = re.findall(r'{"(?:size_mm|size|mm|大小)":([0-9.]+)}', last_list(document))
        if cited and sizes:
            limited += 1
            numbers = [int(number) - 1 for number in cited[1].split(",")]
            defects = facts_of(document).defects
            assert [defects[at].size_mm for at in numbers] == [float(size) for size in sizes]
    assert limited > 10


def test_a_thought_names_the_worst_where_the_document_does() -> None:
    for document in documents():
        cited = re.search(r"(?:Worst: |最严重：)(\d)", document.thought)
        facts = facts_of(document)
        if cited:
            assert facts.defects[int(cited[1]) - 1] is facts.worst
        if {"worst_box", "worst_label"} & set(document.schema["properties"]) and facts.worst:
            assert cited


def test_a_document_may_be_thought_about_first(chunk: Chunk) -> None:
    for sample in draw_batch(np.random.default_rng(2), "report thinking", chunk, variety=0.5):
        thought, answer = sample.answer.removeprefix("<think>\n").split("\n</think>\n\n")
        assert thought
        assert json.loads(answer)
