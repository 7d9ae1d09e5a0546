from itertools import pairwise

import numpy as np
import pytest
from transformers import PreTrainedTokenizerFast, Qwen3VLForConditionalGeneration

from foveal.training.copying import Alphabet, draw_copies
from foveal.training.learner import Learner

SEEDS = range(6)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_to_be_said_was_said_before(tokenizer: PreTrainedTokenizerFast, seed: int) -> None:
    copies = draw_copies(np.random.default_rng(seed), Alphabet.of(tokenizer), share=16)

    rows, length = copies.ids.shape
    half = length // 2
    assert rows * length == 8192 / 16
    first, again = copies.ids[:, :half].sort().values, copies.ids[:, half:].sort().values
    assert first.equal(again)
    asked = copies.targets >= 0
    assert not asked[:, : half - 1].any()
    assert copies.targets[:, :-1][asked[:, :-1]].equal(copies.ids[:, 1:][asked[:, :-1]])
    assert asked.float().mean() > 0.35


@pytest.mark.parametrize("seed", SEEDS)
def test_each_answer_follows_from_what_stands_before(
    tokenizer: PreTrainedTokenizerFast, seed: int
) -> None:
    copies = draw_copies(np.random.default_rng(seed), Alphabet.of(tokenizer), share=16)

    half = copies.ids.shape[1] // 2
    for ids, targets in zip(copies.ids.tolist(), copies.targets.tolist(), strict=True):
        said = set(pairwise(ids[:half]))
        for at, target in enumerate(targets):
            assert target < 0 or (ids[at], target) in said


def test_digits_and_what_stands_between_them_are_tokens(tokenizer: PreTrainedTokenizerFast) -> None:
    alphabet = Alphabet.of(tokenizer)

    assert tokenizer.decode(alphabet.digits) == "0123456789"
    assert tokenizer.decode(alphabet.points) == ",.[]-:"


def test_a_model_learns_to_copy_what_it_sees_again(
    model: Qwen3VLForConditionalGeneration, tokenizer: PreTrainedTokenizerFast
) -> None:
    learner = Learner(model, tokenizer)
    copies = draw_copies(np.random.default_rng(0), Alphabet.of(tokenizer), share=64)

    losses = [learner.copy(copies, rate=1e-3).language for _ in range(3)]

    assert losses == sorted(losses, reverse=True)
