"""A few drawn boards, and the shipped model before training."""

import numpy as np
import pytest
import torch
from transformers import PreTrainedTokenizerFast, Qwen3VLForConditionalGeneration

from foveal.training import tiny
from foveal.training.chunk import Chunk
from foveal.training.regions import draw_chunk
from foveal.training.wordings import corpus


@pytest.fixture(scope="session")
def chunk() -> Chunk:
    return draw_chunk(np.random.default_rng(0), 6)


@pytest.fixture(scope="session")
def tokenizer() -> PreTrainedTokenizerFast:
    return tiny.train_tokenizer(corpus())


@pytest.fixture
def model(tokenizer: PreTrainedTokenizerFast) -> Qwen3VLForConditionalGeneration:
    """Weights wide enough that pictures and words change the answer."""
    made = tiny.new_model(tokenizer, seed=0)
    for parameter in made.parameters():
        if parameter.ndim > 1:
            torch.nn.init.normal_(parameter, std=0.06)
    return made
