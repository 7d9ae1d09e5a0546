from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch
from transformers import PreTrainedTokenizerFast, Qwen3VLForConditionalGeneration

from foveal.agents.facts import Facts
from foveal.models.patch_embedding import use_linear_patches
from foveal.models.prompt import PromptBuilder
from foveal.models.vision_attention import batch_images
from foveal.training import tiny
from foveal.training.batcher import IGNORED, Batcher
from foveal.training.chunk import DIGIT_0, NONE, Chunk
from foveal.training.forward import CellHeads, answer_logits, losses
from foveal.training.mixture import Task
from foveal.training.sample import Sample
from foveal.training.tasks import TASKS, draw_batch
from foveal.training.told import draw_facts
from foveal.training.truths import NOTHING
from foveal.training.wordings import shipped


@pytest.fixture
def batcher(model: Qwen3VLForConditionalGeneration, tokenizer: PreTrainedTokenizerFast) -> Batcher:
    return Batcher(model, PromptBuilder(tokenizer, tiny.image_processor()))


@pytest.mark.parametrize("task", ["judge", "survey", "sight", "judge thinking", "explore"])
def test_answers_are_those_of_a_plain_forward_pass(
    task: Task, chunk: Chunk, model: Qwen3VLForConditionalGeneration, batcher: Batcher
) -> None:
    samples = draw_batch(np.random.default_rng(2), task, chunk, variety=1.0, share=8)[:3]
    _check_against_plain(samples, model, batcher)


def test_what_all_samples_begin_with_is_read_once(
    model: Qwen3VLForConditionalGeneration, batcher: Batcher
) -> None:
    facts = draw_facts(np.random.default_rng(0), shipped("report"))
    samples = [_told(facts, "Write an 8D report."), _told(facts, "Sum it up.")]

    tensors = batcher.tensors(samples)

    alike = batcher.builder.encode(str(samples[0].conversation[1].parts[0]).split("Write")[0])
    assert tensors.attended.sum() - tensors.suffix.shape[1] > len(alike)
    _check_against_plain(samples, model, batcher)


def _told(facts: Facts, instruction: str) -> Sample:
    brief = shipped("report").brief(
        facts=facts, instruction=instruction, properties="- n (integer)"
    )
    return Sample(brief.told(), '{"n":1}', NOTHING)


@pytest.mark.parametrize("pictures", [True, False])
def test_samples_of_one_batch_may_ask_different_things(
    pictures: bool, chunk: Chunk, model: Qwen3VLForConditionalGeneration, batcher: Batcher
) -> None:
    drawn = draw_batch(np.random.default_rng(2), "look", chunk, variety=0.0, share=8)[:3]
    texts = ["before", "said at some more length before", ""]
    samples = []
    for sample, text in zip(drawn, texts, strict=True):
        system, user = sample.conversation
        shown = user.parts if pictures else ()
        asked = replace(user, parts=(text, *shown, text[::-1], "?"))
        samples.append(replace(sample, conversation=(system, asked)))
    _check_against_plain(samples, model, batcher)


@torch.inference_mode()
def _check_against_plain(
    samples: Sequence[Sample], model: Qwen3VLForConditionalGeneration, batcher: Batcher
) -> None:
    prompts = [batcher.builder.build(sample.conversation) for sample in samples]
    plain = []
    for prompt in prompts:
        shown = {
            "pixel_values": torch.from_numpy(prompt.patches),
            "image_grid_thw": torch.tensor([list(grid) for grid in prompt.grids]),
            "mm_token_type_ids": torch.tensor([prompt.token_types]),
        }
        output = model(torch.tensor([prompt.ids]), **(shown if prompt.grids else {}))
        plain.append(output.logits[0, -1])

    use_linear_patches(model)
    batch_images(model)
    logits = answer_logits(model, batcher.tensors(samples))

    assert torch.allclose(logits, torch.stack(plain), atol=2e-4)


@pytest.mark.parametrize("task", TASKS)
def test_every_task_can_be_learned(
    task: Task, chunk: Chunk, model: Qwen3VLForConditionalGeneration, batcher: Batcher
) -> None:
    samples = draw_batch(np.random.default_rng(0), task, chunk, variety=0.0, share=12)

    lost = losses(model, CellHeads(model.config.text_config.hidden_size), batcher.tensors(samples))

    assert torch.isfinite(torch.stack(lost)).all()
    assert lost.language > 0


def test_an_answer_is_predicted_token_by_token_to_its_end(
    chunk: Chunk, batcher: Batcher, tokenizer: PreTrainedTokenizerFast
) -> None:
    samples = draw_batch(np.random.default_rng(0), "locate", chunk, variety=0.0, share=8)

    tensors = batcher.tensors(samples)

    for sample, targets in zip(samples, tensors.targets, strict=True):
        wanted = targets[targets != IGNORED].tolist()
        assert tokenizer.decode(wanted) == f"{sample.answer}<|im_end|>"


def test_every_weight_that_ships_learns_from_both_losses(
    chunk: Chunk, model: Qwen3VLForConditionalGeneration, batcher: Batcher
) -> None:
    samples = draw_batch(np.random.default_rng(0), "judge", chunk, variety=0.0, share=16)
    heads = CellHeads(model.config.text_config.hidden_size)

    language, auxiliary = losses(model, heads, batcher.tensors(samples))
    torch.autograd.backward(language + auxiliary)

    parameters = dict(model.named_parameters()) | dict(heads.named_parameters())
    assert not [name for name, weight in parameters.items() if weight.grad is None]
    assert torch.isfinite(language)
    assert torch.isfinite(auxiliary)


def test_a_picture_that_stands_alone_is_told_from_itself(
    chunk: Chunk, model: Qwen3VLForConditionalGeneration, batcher: Batcher
) -> None:
    samples = draw_batch(np.random.default_rng(0), "sight", chunk, variety=0.0, share=8)

    tensors = batcher.tensors(samples)

    for sample, kinds in zip(samples, tensors.cells.kinds, strict=True):
        assert set(kinds.tolist()) == {NONE, DIGIT_0 + int(sample.answer)}
    assert torch.isfinite(losses(model, CellHeads(192), tensors).auxiliary)
