"""Thoughts before answers, in the same turn: opened, cut, closed, and read once."""

import json
from collections.abc import Callable
from dataclasses import replace

import jsonschema
import pytest
import torch
from transformers import Qwen3VLForConditionalGeneration

from foveal.models.engine import Engine
from foveal.models.protocol import ChooseRequest, Conversation, JsonSchema, Reply, WriteRequest
from foveal.schemas.errors import BadMessage, BadModel

Ask = Callable[..., Conversation]
EngineBy = Callable[[Callable[[], float]], Engine]

LABELS = ("open", "short", "mousebite", "none")
THOUGHT = "The trace is cut."
SCHEMA = {
    "type": "object",
    "properties": {"x": {"type": "integer", "minimum": 0, "maximum": 9}},
    "required": ["x"],
}


@pytest.fixture(params=["engine", "thinking_engine"])
def either(request: pytest.FixtureRequest) -> Engine:
    """One whose chat template opens a thought, and one whose does not."""
    engine: Engine = request.getfixturevalue(request.param)
    return engine


def thought_of(engine: Engine, conversation: Conversation, *, budget: int) -> Reply:
    (reply,) = engine.write(
        [
            WriteRequest(
                conversation, max_new_tokens=budget, thinking_tokens=budget, stop_texts=("\n",)
            )
        ]
    )
    return reply


def test_an_answer_after_a_thought_equals_the_plain_models_logits(
    engine: Engine, plain_model: Qwen3VLForConditionalGeneration, ask: Ask
) -> None:
    conversation = ask("What changed?", (64, 96), (96, 32))
    (choice,) = engine.choose([ChooseRequest(conversation, LABELS, THOUGHT)])

    continuation = f"<think>\n{THOUGHT}\n</think>\n\n"
    prompt = engine.prompts.build(conversation, continuation=continuation)
    logits = plain_model(
        input_ids=torch.tensor([prompt.ids]),
        mm_token_type_ids=torch.tensor([prompt.token_types]),
        pixel_values=torch.from_numpy(prompt.patches),
        image_grid_thw=torch.tensor(prompt.grids),
    ).logits[0, -1]
    first_tokens = [engine.prompts.encode(label)[0] for label in LABELS]
    expected = dict(zip(LABELS, logits[first_tokens].softmax(dim=0).tolist(), strict=True))
    assert choice.probabilities == pytest.approx(expected, abs=1e-5)


def test_what_was_thought_changes_the_answer(either: Engine, ask: Ask) -> None:
    requests = [
        ChooseRequest(ask("What changed?", (64, 64)), LABELS, thinking=thinking)
        for thinking in ("", THOUGHT, "Nothing.")
    ]
    at_once, one, other = (choice.probabilities for choice in either.choose(requests))
    assert one != pytest.approx(other, abs=1e-3)
    assert one != pytest.approx(at_once, abs=1e-3)


def test_the_turn_of_an_answer_reads_as_one_thought(either: Engine, ask: Ask) -> None:
    question = either._question(ChooseRequest(ask("What changed?"), LABELS, THOUGHT))
    text = either._decode(question.outline.ids)
    assert text.endswith(f"<|im_start|>assistant\n<think>\n{THOUGHT}\n</think>\n\n")


@pytest.mark.parametrize("budget", [1, 6, 25])
def test_an_answer_goes_on_from_its_thought_and_equals_a_cold_one(
    either: Engine, ask: Ask, budget: int
) -> None:
    conversations = [ask("What changed?", (64, 64), (96, 64), seed=seed) for seed in range(3)]
    either.forget_all()
    thoughts = [thought_of(either, asked, budget=budget) for asked in conversations]
    requests = [
        ChooseRequest(asked, LABELS, thought.thinking)
        for asked, thought in zip(conversations, thoughts, strict=True)
    ]
    warm = either.choose(requests)
    either.forget_all()
    cold = either.choose(requests)

    assert sum(thought.usage.image_encodes for thought in thoughts) == 6
    assert [choice.usage.image_encodes for choice in warm] == [0, 0, 0]
    for before, (asked, choice) in zip(cold, zip(conversations, warm, strict=True), strict=True):
        assert choice.probabilities == pytest.approx(before.probabilities, abs=1e-4)
        prompt = len(either.prompts.outline(asked).ids)
        assert choice.usage.cached_tokens >= prompt - 1


@pytest.mark.parametrize("budget", [1, 7, 30])
def test_with_a_budget_every_model_thinks_and_is_then_bound(
    either: Engine, ask: Ask, budget: int
) -> None:
    (reply,) = either.write(
        [WriteRequest(ask("Report."), JsonSchema(SCHEMA), thinking_tokens=budget)]
    )
    jsonschema.validate(json.loads(reply.text), SCHEMA)
    assert reply.finish == "stop"
    assert reply.usage.new_tokens > len(either.prompts.encode(reply.text)) + 1


def test_a_thought_ends_with_its_tokens_and_brings_no_answer(either: Engine, ask: Ask) -> None:
    reply = thought_of(either, ask("What changed?", (64, 64)), budget=6)
    assert (reply.finish, reply.text) == ("length", "")
    assert reply.thinking
    assert reply.usage.new_tokens == 6


def test_a_thought_that_closes_itself_ends_there(engine: Engine, ask: Ask) -> None:
    request = WriteRequest(ask("?"), max_new_tokens=9, thinking_tokens=9, stop_texts=("\n",))
    task = engine._task(request)
    close = engine._ending.close_thinking
    assert close is not None
    for token in (*engine.prompts.encode("open"), close, *engine.prompts.encode("\n")):
        assert task.draft.finish is None
        task.draft.add(token, log_probability=-1.0)
    reply = engine._reply(task, request.stop_texts)
    assert (reply.thinking, reply.text, reply.finish) == ("open", "", "stop")


def test_a_thought_cut_inside_a_character_ends_before_it(engine: Engine, ask: Ask) -> None:
    whole, half = engine.prompts.encode("open"), engine.prompts.encode("🙂")[:1]
    limit = len(whole) + 1
    task = engine._task(WriteRequest(ask("?"), max_new_tokens=limit, thinking_tokens=limit))
    for token in (*whole, *half):
        task.draft.add(token, log_probability=-1.0)
    assert engine._reply(task).thinking == "open"


def test_a_model_without_a_tag_to_end_a_thought_is_not_asked_for_one(
    engine_by: EngineBy, ask: Ask
) -> None:
    engine = engine_by(lambda: 0.0)
    engine.adapter = replace(engine.adapter, close_thinking="</thought>")
    with pytest.raises(BadModel, match=r"has no </thought> to end a thought.*no tokens to think"):
        engine.write([WriteRequest(ask("?"), thinking_tokens=5)])
    (reply,) = engine.write([WriteRequest(ask("?"), max_new_tokens=2, thinking_tokens=0)])
    assert reply.usage.new_tokens == 2


def test_a_thought_of_half_a_character_is_refused(engine: Engine, ask: Ask) -> None:
    with pytest.raises(BadMessage, match="half a character"):
        engine.choose([ChooseRequest(ask("?"), LABELS, thinking="\ud800")])
