from pathlib import Path

import numpy as np
import torch
from transformers import PreTrainedTokenizerFast, Qwen3VLForConditionalGeneration

from foveal.training import tiny
from foveal.training.chunk import KINDS, Chunk
from foveal.training.learner import Learner
from foveal.training.sample import Sample
from foveal.training.tasks import draw_batch
from foveal.training.validation import ROLES, validate

RATE = 1e-3


def judged(chunk: Chunk, seed: int) -> list[Sample]:
    return draw_batch(np.random.default_rng(seed), "judge", chunk, variety=0.0, share=16)


def test_a_resumed_training_takes_the_same_step(
    chunk: Chunk,
    model: Qwen3VLForConditionalGeneration,
    tokenizer: PreTrainedTokenizerFast,
    tmp_path: Path,
) -> None:
    learner, checkpoint = Learner(model, tokenizer), tmp_path / "last.pt"
    learner.learn(judged(chunk, 0), rate=RATE)
    learner.save(checkpoint, seconds=90.5)
    lost = learner.learn(judged(chunk, 1), rate=RATE)

    resumed = Learner(tiny.new_model(tokenizer, seed=1), tokenizer)
    seconds = resumed.restore(checkpoint)
    again = resumed.learn(judged(chunk, 1), rate=RATE)

    assert (seconds, again) == (90.5, lost)
    assert resumed.step == learner.step == 2
    pairs = [
        *zip(learner.model.parameters(), resumed.model.parameters(), strict=True),
        *zip(learner.average.values, resumed.average.values, strict=True),
    ]
    assert all(torch.equal(one, other) for one, other in pairs)


def test_a_batch_seen_again_is_known_better(
    chunk: Chunk, tokenizer: PreTrainedTokenizerFast
) -> None:
    learner, samples = Learner(tiny.new_model(tokenizer, seed=0), tokenizer), judged(chunk, 0)

    losses = [learner.learn(samples, rate=RATE).language for _ in range(3)]

    assert losses == sorted(losses, reverse=True)


def test_validation_says_how_well_each_role_answers_in_each_language(
    chunk: Chunk, model: Qwen3VLForConditionalGeneration, tokenizer: PreTrainedTokenizerFast
) -> None:
    found = validate(model, Learner(model, tokenizer).batcher, chunk, batches=1)

    assert set(found) == {f"{role} {language}" for role in ROLES for language in ("en", "zh")}
    assert set(found["judge en"]) == set(KINDS)
    assert set(found["confirm zh"]) == {"是", "否"}
    assert all(0 <= share <= 1 for named in found.values() for share in named.values())
