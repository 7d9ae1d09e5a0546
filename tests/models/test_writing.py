import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
import torch
from transformers import Qwen3VLForConditionalGeneration

from foveal.models.engine import Engine
from foveal.models.protocol import Conversation, JsonSchema, Message, WriteRequest
from foveal.schemas.errors import BadModel

Ask = Callable[..., Conversation]

FINDING = {
    "type": "object",
    "properties": {
        "label": {"enum": ["open", "short", "pin-hole"]},
        "box": {
            "type": "array",
            "items": {"type": "integer", "minimum": 0, "maximum": 1000},
            "minItems": 4,
            "maxItems": 4,
        },
    },
    "required": ["label", "box"],
    "additionalProperties": False,
}
SCHEMAS: dict[str, dict[str, Any]] = {
    "finding": FINDING,
    "findings": {"type": "array", "items": FINDING, "maxItems": 3},
    "number": {"type": "number"},
    "text": {"type": "string", "maxLength": 9},
    "constant": {"const": {"verdict": "pass"}},
    "alternatives": {"oneOf": [{"const": "yes"}, {"type": "integer", "maximum": 99}]},
    "any": {},
}


def test_greedy_writing_equals_transformers_generate(
    engine: Engine, plain_model: Qwen3VLForConditionalGeneration, ask: Ask
) -> None:
    conversation = ask("What changed?", (64, 96), (96, 32))
    (reply,) = engine.write([WriteRequest(conversation, max_new_tokens=24)])
    prompt = engine.prompts.build(conversation)
    written = plain_model.generate(
        input_ids=torch.tensor([prompt.ids]),
        attention_mask=torch.ones(1, len(prompt.ids), dtype=torch.long),
        mm_token_type_ids=torch.tensor([prompt.token_types]),
        pixel_values=torch.from_numpy(prompt.patches),
        image_grid_thw=torch.tensor(prompt.grids),
        do_sample=False,
        max_new_tokens=24,
        output_scores=True,
        return_dict_in_generate=True,
    )
    ids = written.sequences[0, len(prompt.ids) :]
    logs = [score[0].log_softmax(0)[i].item() for score, i in zip(written.scores, ids, strict=True)]
    assert reply.text == engine._decode(ids.tolist()).strip()
    assert reply.log_probabilities == pytest.approx(logs, abs=1e-4)


def test_a_batch_equals_one_by_one(engine: Engine, ask: Ask) -> None:
    requests = [
        WriteRequest(
            ask("What changed? " * (1 + seed), *[(64, 64)] * (seed % 3), seed=seed),
            grammar=JsonSchema(FINDING) if seed % 2 else None,
            max_new_tokens=10 + 8 * seed,
        )
        for seed in range(5)
    ]
    for request, reply in zip(requests, engine.write(requests), strict=True):
        (alone,) = engine.write([request])
        assert (reply.text, reply.finish) == (alone.text, alone.finish)
        assert reply.log_probabilities == pytest.approx(alone.log_probabilities, abs=1e-3)


@pytest.mark.parametrize("name", SCHEMAS)
def test_under_a_schema_a_reply_validates_or_is_said_to_be_cut(
    engine: Engine, ask: Ask, name: str
) -> None:
    requests = [
        WriteRequest(ask("Report.", (32, 32), seed=seed), JsonSchema(SCHEMAS[name]), limit)
        for seed, limit in enumerate([100, 100, 100, 3])
    ]
    for request, reply in zip(requests, engine.write(requests), strict=True):
        if reply.finish == "stop":
            jsonschema.validate(json.loads(reply.text), SCHEMAS[name])
        else:
            assert reply.usage.new_tokens == request.max_new_tokens


def test_the_small_schemas_are_finished(engine: Engine, ask: Ask) -> None:
    requests = [
        WriteRequest(ask("Report."), JsonSchema(SCHEMAS[name])) for name in ("finding", "constant")
    ]
    assert [reply.finish for reply in engine.write(requests)] == ["stop", "stop"]


def test_forced_tokens_are_certain(engine: Engine, ask: Ask) -> None:
    (reply,) = engine.write([WriteRequest(ask("Report."), JsonSchema(SCHEMAS["constant"]))])
    assert json.loads(reply.text) == {"verdict": "pass"}
    assert set(reply.log_probabilities) == {0.0}


def test_work_is_counted(engine: Engine, ask: Ask) -> None:
    conversation = ask("What changed?", (64, 64), (32, 32))
    length = len(engine.prompts.outline(conversation).ids)
    (reply,) = engine.write([WriteRequest(conversation, max_new_tokens=5)])
    assert len(reply.log_probabilities) == 5
    usage = reply.usage
    assert usage.image_encodes + usage.cached_images == 2
    assert usage.prefill_tokens + usage.cached_tokens == length
    assert (usage.new_tokens, usage.forward_passes, usage.model_calls) == (5, 5, 1)


def test_the_next_turn_finds_the_reply_as_it_was_written(engine: Engine, ask: Ask) -> None:
    conversation = ask("Describe it.", (64, 64), seed=78)
    (reply,) = engine.write([WriteRequest(conversation, max_new_tokens=8)])
    before = len(engine.prompts.outline(conversation).ids)

    longer = (*conversation, reply.message, Message("user", ("Why?",)))
    (next_reply,) = engine.write([WriteRequest(longer, max_new_tokens=1)])

    assert next_reply.usage.cached_tokens == before + 7, "all but the last token had been read"
    assert next_reply.usage.image_encodes == 0


def test_thinking_is_kept_apart_and_the_schema_holds_after_it(
    thinking_engine: Engine, ask: Ask
) -> None:
    close = thinking_engine._ending.close_thinking
    assert close is not None
    task = thinking_engine._task(WriteRequest(ask("Report."), JsonSchema(SCHEMAS["constant"])))
    assert task.draft.allowed(512) is None
    for token in (*thinking_engine.prompts.encode("open or short"), close):
        task.draft.add(token, log_probability=-1.0)
    task.draft.add_forced(task.draft.forced())
    reply = thinking_engine._reply(task)
    assert (reply.thinking, reply.text) == ("open or short", '{"verdict":"pass"}')
    assert reply.finish == "stop"


def test_a_thought_without_an_end_is_said_to_be_cut(thinking_engine: Engine, ask: Ask) -> None:
    (reply,) = thinking_engine.write(
        [WriteRequest(ask("Report."), JsonSchema(FINDING), max_new_tokens=6)]
    )
    assert (reply.text, reply.finish) == ("", "length")
    assert reply.thinking


def test_writing_stops_at_the_end_of_the_context(engine: Engine, ask: Ask) -> None:
    short = len(engine.prompts.outline(ask("?")).ids)
    conversation = ask("?" + "1" * (1024 - short - 6))
    (reply,) = engine.write([WriteRequest(conversation)])
    assert reply.finish == "length"
    usage = reply.usage
    assert usage.cached_tokens + usage.prefill_tokens + usage.new_tokens == 1024


def test_a_conversation_beyond_the_context_is_refused_with_what_to_do(
    engine: Engine, ask: Ask
) -> None:
    with pytest.raises(BadModel, match=r"context of 1024.*smaller pictures"):
        engine.write([WriteRequest(ask("Report.", *[(512, 512)] * 4))])
