"""A small Qwen3-VL of random weights with its own tokenizer, loaded as any checkpoint is."""

import json
from base64 import b64encode
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from tokenizers import Regex, Tokenizer, decoders, pre_tokenizers
from tokenizers.models import BPE
from tokenizers.trainers import BpeTrainer
from transformers import (
    AutoModelForImageTextToText,
    PreTrainedTokenizerFast,
    Qwen2VLImageProcessorPil,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
    Qwen3VLMoeConfig,
    Qwen3VLMoeForConditionalGeneration,
)

from foveal.models.engine import Checkpoint, Engine
from foveal.models.load import load_model
from foveal.models.masks import Masks
from foveal.models.prompt import PromptBuilder
from foveal.models.protocol import Conversation, Grammar, Message, Part, Picture
from foveal.models.qwen3_vl import Qwen3VL
from foveal.schemas.loading import Loading

SPECIAL_TOKENS = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|image_pad|>",
    "<|video_pad|>",
)
ADDED_TOKENS = ("<tool_call>", "</tool_call>", "<think>", "</think>")

CHAT_TEMPLATE = """
{%- for message in messages %}
    {{- '<|im_start|>' + message.role + '\n' }}
    {%- for part in message.content %}
        {%- if part.type == 'text' %}
            {{- part.text }}
        {%- elif message.role == 'user' %}
            {{- '<|vision_start|><|image_pad|><|vision_end|>' }}
        {%- endif %}
    {%- endfor %}
    {{- '<|im_end|>\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\n' }}
{%- endif %}
"""
"""What Qwen3-VL's own template makes of text and images."""

TOOL_TEMPLATE = r"""
{%- if tools %}
    {{- '<|im_start|>system\n' }}
    {%- if messages[0].role == 'system' and messages[0].content %}
        {%- for part in messages[0].content %}{{- part.text }}{%- endfor %}
        {{- '\n\n' }}
    {%- endif %}
    {{- '# Tools\n\nYou may call one or more functions to assist with the user query.\n\nYou are' }}
    {{- ' provided with function signatures within <tools></tools> XML tags:\n<tools>' }}
    {%- for tool in tools %}
        {{- '\n' }}{{- tool | tojson }}
    {%- endfor %}
    {{- '\n</tools>\n\nFor each function call, return a json object with function name and' }}
    {{- ' arguments within <tool_call></tool_call> XML tags:\n<tool_call>\n{"name": ' }}
    {{- '<function-name>, "arguments": <args-json-object>}\n</tool_call><|im_end|>\n' }}
{%- endif %}
{%- for message in messages %}
    {%- if message.role == 'tool' %}
        {%- if messages[loop.index0 - 1].role != 'tool' %}{{- '<|im_start|>user' }}{%- endif %}
        {{- '\n<tool_response>\n' }}
    {%- elif not (tools and loop.first and message.role == 'system') %}
        {{- '<|im_start|>' + message.role + '\n' }}
    {%- endif %}
    {%- if not (tools and loop.first and message.role == 'system') %}
        {%- for part in message.content %}
            {%- if part.type == 'text' %}
                {{- part.text }}
            {%- else %}
                {{- '<|vision_start|><|image_pad|><|vision_end|>' }}
            {%- endif %}
        {%- endfor %}
        {%- for call in message.tool_calls or [] %}
            {%- if not loop.first or message.content %}{{- '\n' }}{%- endif %}
            {{- '<tool_call>\n{"name": "' + call.name + '", "arguments": ' }}
            {{- call.arguments | tojson }}{{- '}\n</tool_call>' }}
        {%- endfor %}
        {%- if message.role == 'tool' %}{{- '\n</tool_response>' }}{%- endif %}
        {%- if message.role != 'tool' or loop.last or messages[loop.index0 + 1].role != 'tool' %}
            {{- '<|im_end|>\n' }}
        {%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\n' }}
{%- endif %}
"""
"""What Qwen3-VL's own template makes of tools."""

THINKING_TEMPLATE = CHAT_TEMPLATE.replace("assistant\n", "assistant\n<think>\n")

WORDS = r" ?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+|\s*[\r\n]+|\s+"
CORPUS = (
    "user assistant system You compare two boards. Picture A is the template, picture B is tested.",
    "What changed? Answer with one word: open, short, mousebite, spur, copper, pin-hole or none.",
    '{"findings": [{"label": "open", "box": [12, 340, 56, 789], "why": "the trace is cut"}]}',
    "比较两块电路板。用一个词回答。",
)


def make_tokenizer(chat_template: str = CHAT_TEMPLATE) -> PreTrainedTokenizerFast:
    bpe = Tokenizer(BPE())
    bpe.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(WORDS), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    bpe.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = BpeTrainer(vocab_size=480, initial_alphabet=alphabet, show_progress=False)
    bpe.train_from_iterator(CORPUS * 4, trainer)
    bpe.add_special_tokens(list(SPECIAL_TOKENS))
    bpe.add_tokens(list(ADDED_TOKENS))
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        chat_template=chat_template,
        model_max_length=1024,
    )


def make_image_processor() -> Qwen2VLImageProcessorPil:
    return Qwen2VLImageProcessorPil(
        patch_size=16,
        merge_size=2,
        temporal_patch_size=2,
        size={"shortest_edge": 32 * 32, "longest_edge": 512 * 512},
        image_mean=[0.5, 0.4, 0.3],
        image_std=[0.5, 0.6, 0.7],
    )


def make_config(tokenizer: PreTrainedTokenizerFast) -> Qwen3VLConfig:
    ids = {token: tokenizer.convert_tokens_to_ids(token) for token in SPECIAL_TOKENS}
    return Qwen3VLConfig(
        text_config={
            "vocab_size": 512,  # wider than the tokenizer, as Qwen's is
            "hidden_size": 64,
            "intermediate_size": 128,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "head_dim": 16,
            "max_position_embeddings": 1024,
            "rope_parameters": {
                "rope_type": "default",
                "rope_theta": 10_000.0,
                "mrope_section": [4, 2, 2],
                "mrope_interleaved": True,
            },
            "bos_token_id": ids["<|endoftext|>"],
            "eos_token_id": ids["<|im_end|>"],
            "pad_token_id": ids["<|endoftext|>"],
        },
        vision_config={
            "depth": 2,
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_heads": 2,
            "out_hidden_size": 64,
            "patch_size": 16,
            "spatial_merge_size": 2,
            "temporal_patch_size": 2,
            "num_position_embeddings": 64,
            "deepstack_visual_indexes": [0],
        },
        image_token_id=ids["<|image_pad|>"],
        video_token_id=ids["<|video_pad|>"],
        vision_start_token_id=ids["<|vision_start|>"],
        vision_end_token_id=ids["<|vision_end|>"],
        tie_word_embeddings=True,
    )


def make_mixture_config(dense: Qwen3VLConfig) -> Qwen3VLMoeConfig:
    config = dense.to_dict() | {"model_type": "qwen3_vl_moe"}
    config["vision_config"] |= {"model_type": "qwen3_vl_moe_vision"}
    config["text_config"] |= {
        "model_type": "qwen3_vl_moe_text",
        "num_experts": 4,
        "num_experts_per_tok": 2,
        "moe_intermediate_size": 48,  # no matrix is square, so a transposed one does not fit
    }
    return Qwen3VLMoeConfig(**config)


def randomise(model: Qwen3VL) -> Qwen3VL:
    """Weights wide enough that pictures and words change the answer."""
    torch.manual_seed(0)
    for parameter in model.parameters():
        if parameter.ndim > 1:
            torch.nn.init.normal_(parameter, std=0.2)
    return model.eval()


def save_checkpoint(folder: Path, chat_template: str = CHAT_TEMPLATE) -> Path:
    tokenizer = make_tokenizer(chat_template)
    tokenizer.save_pretrained(folder)
    make_image_processor().save_pretrained(folder)
    randomise(Qwen3VLForConditionalGeneration(make_config(tokenizer))).save_pretrained(folder)
    return folder


def save_mixture(folder: Path) -> Path:
    tokenizer = make_tokenizer()
    tokenizer.save_pretrained(folder)
    make_image_processor().save_pretrained(folder)
    config = make_mixture_config(make_config(tokenizer))
    randomise(Qwen3VLMoeForConditionalGeneration(config)).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_checkpoint(tmp_path_factory.mktemp("checkpoint"))


@pytest.fixture(scope="session")
def mixture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_mixture(tmp_path_factory.mktemp("mixture"))


@pytest.fixture(scope="session")
def engine(checkpoint: Path) -> Engine:
    return load_model(str(checkpoint), Loading(device="cpu"))


@pytest.fixture(scope="session")
def chat_engine(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """With room for tools, whose text is long in the letters of a small tokenizer."""
    folder = tmp_path_factory.mktemp("roomy")
    for file in checkpoint.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    config = json.loads((folder / "config.json").read_text())
    config["text_config"]["max_position_embeddings"] = 8192
    (folder / "config.json").write_text(json.dumps(config))
    return load_model(str(folder), Loading(device="cpu"))


@pytest.fixture(scope="session")
def engine_by(engine: Engine) -> Callable[[Callable[[], float]], Engine]:
    """The same model with a clock of the test's own."""
    model, tokenizer = engine._runner.model, engine._tokenizer
    checkpoint = Checkpoint("by clock", "0", model, tokenizer, make_image_processor())
    return lambda clock: Engine(checkpoint, autocast=False, clock=clock)


@pytest.fixture(scope="session")
def thinking_engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = save_checkpoint(tmp_path_factory.mktemp("thinking"), THINKING_TEMPLATE)
    return load_model(str(folder), Loading(device="cpu"))


@pytest.fixture
def plain_model(checkpoint: Path) -> Qwen3VLForConditionalGeneration:
    """The same weights, in transformers alone."""
    model: Qwen3VLForConditionalGeneration = AutoModelForImageTextToText.from_pretrained(checkpoint)
    return model


@pytest.fixture(scope="session")
def prompts() -> PromptBuilder:
    return PromptBuilder(make_tokenizer(), make_image_processor())


@pytest.fixture(scope="session")
def encoded_png() -> Callable[[int], str]:
    """Random pixels by their seed, as chat messages carry them."""

    def encoded_png(seed: int) -> str:
        pixels = np.random.default_rng(seed).integers(0, 256, (64, 64, 3), dtype=np.uint8)
        file = BytesIO()
        Image.fromarray(pixels).save(file, "PNG")
        return b64encode(file.getvalue()).decode()

    return encoded_png


@pytest.fixture(scope="session")
def tool_prompts() -> PromptBuilder:
    return PromptBuilder(make_tokenizer(TOOL_TEMPLATE), make_image_processor())


Ask = Callable[..., Conversation]


@pytest.fixture(scope="session")
def ask() -> Ask:
    """A question about random pictures of the sizes given, each announced by its name."""

    def ask(text: str, *sizes: tuple[int, int], seed: int = 0) -> Conversation:
        random = np.random.default_rng(seed)
        parts: list[Part] = []
        for name, (width, height) in zip("ABCDEF", sizes, strict=False):
            pixels = random.integers(0, 256, (height, width), dtype=np.uint8)
            parts += [f" Picture {name}: ", Picture(name, pixels)]
        return (
            Message("system", ("You compare two boards.",)),
            Message("user", (*parts, text)),
        )

    return ask


@pytest.fixture(scope="session")
def stop() -> int:
    return int(make_tokenizer().eos_token_id)


@pytest.fixture(scope="session")
def masks(stop: int) -> Masks:
    return Masks(make_tokenizer(), vocabulary=512, stops=[stop])


Encode = Callable[[str], list[int]]


@pytest.fixture(scope="session")
def encode() -> Encode:
    tokenizer = make_tokenizer()
    return lambda text: list(tokenizer.encode(text, add_special_tokens=False))


@pytest.fixture(scope="session")
def takes(masks: Masks, encode: Encode, stop: int) -> Callable[[Grammar, str], bool]:
    """Whether this is a whole text under a grammar."""

    def takes(grammar: Grammar, text: str) -> bool:
        mask = masks.start(grammar)
        for token in encode(text):
            if not mask.allowed()[token]:
                return False
            mask.accept(token)
        return mask.complete or bool(mask.allowed()[stop])

    return takes
