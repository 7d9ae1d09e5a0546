"""The models that are measured, and the loop that agents run on transformers today."""

import json
from base64 import b64decode
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import Tensor
from transformers import (
    AutoImageProcessor,
    AutoModelForImageTextToText,
    AutoTokenizer,
    LogitsProcessor,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
    Qwen2VLImageProcessorPil,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
)
from transformers.convert_slow_tokenizer import TikTokenConverter

from foveal.models.checkpoint import SHIPPED
from foveal.models.engine import Checkpoint, Engine
from foveal.models.mixed_precision import narrow_matrices
from foveal.models.patch_embedding import use_linear_patches
from foveal.models.prompt import PromptBuilder
from foveal.models.protocol import Conversation, Message, Picture
from foveal.models.runner import Runner
from foveal.models.vision_attention import batch_images

Name = Literal["tiny", "2b-shape"]

TWO_B = Qwen3VLConfig(
    text_config={
        "vocab_size": 151_936,
        "hidden_size": 2048,
        "intermediate_size": 6144,
        "num_hidden_layers": 28,
        "num_attention_heads": 16,
        "num_key_value_heads": 8,
        "head_dim": 128,
        "max_position_embeddings": 262_144,
        "rms_norm_eps": 1e-6,
        "rope_parameters": {
            "rope_type": "default",
            "rope_theta": 5_000_000.0,
            "mrope_section": [24, 20, 20],
            "mrope_interleaved": True,
        },
    },
    vision_config={
        "depth": 24,
        "hidden_size": 1024,
        "intermediate_size": 4096,
        "num_heads": 16,
        "out_hidden_size": 2048,
        "patch_size": 16,
        "spatial_merge_size": 2,
        "temporal_patch_size": 2,
        "num_position_embeddings": 2304,
        "deepstack_visual_indexes": [5, 11, 17],
    },
    tie_word_embeddings=True,
)
"""Qwen/Qwen3-VL-2B-Instruct's `config.json`; token ids are set to the tokenizer's."""

_QWEN_WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def load(name: Name, tokenizer: PreTrainedTokenizerFast | None = None) -> Checkpoint:
    """As transformers gives it. `2b-shape` has random weights; the tokenizer is the shipped one."""
    tokenizer = tokenizer or AutoTokenizer.from_pretrained(SHIPPED)
    if name == "tiny":
        processor = AutoImageProcessor.from_pretrained(SHIPPED, backend="pil")
        model = AutoModelForImageTextToText.from_pretrained(SHIPPED, dtype=torch.float32)
    else:
        processor = Qwen2VLImageProcessorPil(
            patch_size=16,
            merge_size=2,
            temporal_patch_size=2,
            size={"shortest_edge": 65_536, "longest_edge": 16_777_216},
            image_mean=[0.5] * 3,
            image_std=[0.5] * 3,
        )
        model = _random_model()
        _use_tokens(model, tokenizer)
    return Checkpoint(name, name, model.eval(), tokenizer, processor)


def load_untrained(seed: int = 0) -> Checkpoint:
    """`tiny` with random weights, wide enough that pictures change what is written."""
    checkpoint = load("tiny")
    torch.manual_seed(seed)
    for parameter in checkpoint.model.parameters():
        if parameter.ndim > 1:
            torch.nn.init.normal_(parameter, std=0.2)
    return checkpoint


def qwen_tokenizer(file: Path) -> PreTrainedTokenizerFast:
    """Of Qwen's own vocabulary, in tiktoken's format, with the added tokens of the shipped one."""
    shipped = AutoTokenizer.from_pretrained(SHIPPED)
    added = shipped.get_added_vocab()
    converter = _QwenConverter(
        str(file), _QWEN_WORDS, extra_special_tokens=sorted(added, key=added.get)
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=converter.converted(),
        eos_token=shipped.eos_token,
        pad_token=shipped.pad_token,
        chat_template=shipped.chat_template,
    )


class _QwenConverter(TikTokenConverter):  # type: ignore[misc]  # untyped
    @staticmethod
    def load_tiktoken_bpe(file: str) -> dict[bytes, int]:
        """A line is a token in base 64 and its rank; read so that tiktoken is not needed."""
        lines = (line.split() for line in Path(file).read_bytes().splitlines())
        return {b64decode(token): int(rank) for token, rank in lines}


def engine_of(checkpoint: Checkpoint) -> Engine:
    """foveal's, as `load_model` sets it up. Changes the model's modules: run others before."""
    batch_images(checkpoint.model)
    use_linear_patches(checkpoint.model)
    autocast = checkpoint.model.dtype == torch.float32
    if autocast:
        narrow_matrices(checkpoint.model)
    return Engine(checkpoint, autocast=autocast)


class PlainLoop:
    """Each step sends the whole conversation to transformers, as in-process agents do."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._model = checkpoint.model
        self._tokenizer = checkpoint.tokenizer
        self._prompts = PromptBuilder(checkpoint.tokenizer, checkpoint.image_processor)
        self.encodes = self.prefilled = self.written = 0

    def choose(self, conversation: Conversation, answers: Sequence[str]) -> str:
        """The answer whose first token is the likeliest."""
        firsts = [self._prompts.encode(answer)[0] for answer in answers]
        with self._inference():
            logits = self._model(**self._inputs(conversation), logits_to_keep=1).logits[0, -1]
        return answers[int(logits[firsts].argmax())]

    def write(
        self, conversation: Conversation, *, tokens: int, processor: LogitsProcessor | None = None
    ) -> str:
        """So many tokens; where a processor binds them, at most."""
        inputs = self._inputs(conversation)
        bound = {"logits_processor": [processor]} if processor else {"min_new_tokens": tokens}
        with self._inference():
            ids = self._model.generate(**inputs, do_sample=False, max_new_tokens=tokens, **bound)
        written = ids[0, inputs["input_ids"].shape[1] :]
        self.written += len(written)
        return str(self._tokenizer.decode(written, skip_special_tokens=True))

    def _inputs(self, conversation: Conversation) -> dict[str, Tensor]:
        prompt = self._prompts.build(conversation)
        self.encodes += len(prompt.grids)
        self.prefilled += len(prompt.ids)
        return {
            "input_ids": torch.tensor([prompt.ids]),
            "attention_mask": torch.ones(1, len(prompt.ids), dtype=torch.long),
            "mm_token_type_ids": torch.tensor([prompt.token_types]),
            "pixel_values": torch.from_numpy(prompt.patches),
            "image_grid_thw": torch.tensor(prompt.grids),
        }

    def _inference(self) -> AbstractContextManager[None]:
        autocast = self._model.dtype == torch.float32
        return Runner(self._model, self._prompts.patcher, autocast=autocast).inference()


def show(figures: dict[str, object], *, as_json: bool) -> None:
    """On one line for programs, else a line a figure."""
    if as_json:
        print(json.dumps(figures))
        return
    for key, value in figures.items():
        print(f"{key:<30}{value}")


def question(seed: int, side: int) -> Conversation:
    """About two pictures that nobody has seen."""
    rng = np.random.default_rng(seed)
    a, b = (Picture(name, rng.integers(0, 256, (side, side), dtype=np.uint8)) for name in "AB")
    system = "You inspect bare printed circuit boards: is the tested part as its reference is?"
    parts = ("Reference A: ", a, "\nTested part B: ", b, "\nWhat changed?")
    return Message("system", (system,)), Message("user", parts)


def _random_model() -> Qwen3VLForConditionalGeneration:
    torch.manual_seed(0)
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.bfloat16)
    try:
        return Qwen3VLForConditionalGeneration(TWO_B)
    finally:
        torch.set_default_dtype(before)


def _use_tokens(model: Qwen3VLForConditionalGeneration, tokenizer: PreTrainedTokenizerBase) -> None:
    """Its configuration names tokens of Qwen's own vocabulary."""
    config, ids = model.config, tokenizer.convert_tokens_to_ids
    config.image_token_id, config.video_token_id = ids(["<|image_pad|>", "<|video_pad|>"])
    config.vision_start_token_id, config.vision_end_token_id = ids(
        ["<|vision_start|>", "<|vision_end|>"]
    )
    config.text_config.eos_token_id = tokenizer.eos_token_id
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.generation_config.pad_token_id = tokenizer.pad_token_id
