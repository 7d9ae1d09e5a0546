from collections.abc import Callable

import pytest
import torch
from transformers import Qwen3VLForConditionalGeneration

from foveal.models.engine import Engine
from foveal.models.protocol import ChooseRequest, Conversation
from foveal.schemas.errors import BadModel
from foveal.schemas.report import Usage

Ask = Callable[..., Conversation]

LABELS = ("open", "short", "mousebite", "none")


@pytest.fixture(scope="module")
def requests(ask: Ask) -> list[ChooseRequest]:
    """Of many lengths, with none to three pictures of several sizes."""
    sizes = [(64, 64), (96, 64), (32, 128), (50, 70)]
    return [
        ChooseRequest(
            ask(
                "What changed? " * (1 + seed % 3),
                *(sizes * 2)[seed % 4 :][: seed % 4],
                seed=seed,
            ),
            LABELS if seed % 2 else ("pin", "pin-hole", "pint", "none"),
        )
        for seed in range(9)
    ]


def test_a_choice_equals_the_plain_models_logits(
    engine: Engine, plain_model: Qwen3VLForConditionalGeneration, ask: Ask
) -> None:
    conversation = ask("What changed?", (64, 96), (96, 32))
    (choice,) = engine.choose([ChooseRequest(conversation, LABELS)])
    prompt = engine.prompts.build(conversation)
    logits = plain_model(
        input_ids=torch.tensor([prompt.ids]),
        mm_token_type_ids=torch.tensor([prompt.token_types]),
        pixel_values=torch.from_numpy(prompt.patches),
        image_grid_thw=torch.tensor(prompt.grids),
    ).logits[0, -1]
    first_tokens = [engine.prompts.encode(label)[0] for label in LABELS]
    expected = dict(zip(LABELS, logits[first_tokens].softmax(dim=0).tolist(), strict=True))
    assert choice.probabilities == pytest.approx(expected, abs=1e-5)


def test_answers_that_begin_alike_equal_the_plain_models_path(
    engine: Engine, plain_model: Qwen3VLForConditionalGeneration, ask: Ask
) -> None:
    conversation, answers = ask("What is it?"), ("pin", "pin-hole", "none")
    (choice,) = engine.choose([ChooseRequest(conversation, answers)])
    ids = engine.prompts.outline(conversation).ids
    end = engine._tokenizer.eos_token_id
    pin, hole, none = (engine.prompts.encode(answer) for answer in answers)
    assert hole[: len(pin)] == pin
    logits = plain_model(torch.tensor([[*ids, *pin]])).logits[0]
    is_pin = logits[len(ids) - 1, [pin[0], none[0]]].softmax(dim=0)[0].item()
    ends = logits[-1, [end, hole[len(pin)]]].softmax(dim=0)[0].item()
    expected = {"pin": is_pin * ends, "pin-hole": is_pin * (1 - ends), "none": 1 - is_pin}
    assert choice.probabilities == pytest.approx(expected, abs=1e-5)


def test_a_batch_equals_one_by_one(engine: Engine, requests: list[ChooseRequest]) -> None:
    together = engine.choose(requests)
    for request, choice in zip(requests, together, strict=True):
        (alone,) = engine.choose([request])
        assert choice.probabilities == pytest.approx(alone.probabilities, abs=1e-4)
        assert alone.usage.image_encodes == 0  # they are known from before


def test_probabilities_cover_the_closed_set(engine: Engine, requests: list[ChooseRequest]) -> None:
    for request, choice in zip(requests, engine.choose(requests), strict=True):
        assert tuple(choice.probabilities) == request.answers
        assert sum(choice.probabilities.values()) == pytest.approx(1)


def test_pictures_change_the_answer(engine: Engine, ask: Ask) -> None:
    requests = [ChooseRequest(ask("What changed?", (64, 64), seed=seed), LABELS) for seed in (1, 2)]
    one, other = engine.choose(requests)
    assert one.probabilities != pytest.approx(other.probabilities, abs=1e-3)


def test_work_is_counted(engine: Engine, ask: Ask) -> None:
    conversation = ask("How is it counted?", (64, 64), (32, 32), seed=77)
    length = len(engine.prompts.outline(conversation).ids)

    first, again = (engine.choose([ChooseRequest(conversation, LABELS)])[0].usage for _ in "12")

    assert (first.image_encodes, first.cached_images, first.model_calls) == (2, 0, 1)
    assert first.prefill_tokens + first.cached_tokens == length
    assert again == Usage(
        cached_images=2, cached_tokens=length - 1, prefill_tokens=1, model_calls=1
    )


def test_a_model_that_thinks_first_is_made_to_answer_at_once(
    thinking_engine: Engine, ask: Ask
) -> None:
    conversation = ask("What changed?")
    question = thinking_engine._question(ChooseRequest(conversation, LABELS))
    assert thinking_engine._decode(question.outline.ids).endswith("<think>\n\n</think>\n\n")


def test_no_requests_give_no_choices(engine: Engine) -> None:
    assert engine.choose([]) == []


def test_a_conversation_beyond_the_context_is_refused_with_what_to_do(
    engine: Engine, ask: Ask
) -> None:
    long = ask("What changed?", *[(512, 512)] * 4)
    with pytest.raises(BadModel, match=r"context of 1024.*smaller pictures"):
        engine.choose([ChooseRequest(long, LABELS)])
