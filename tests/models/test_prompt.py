"""Equality with `Qwen3VLProcessor` needs torchvision; it was checked with torch 2.14.1,
torchvision 0.29.1 and transformers 5.23.0."""

from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
import pytest

from foveal.models.prompt import PromptBuilder, pictures
from foveal.models.protocol import Conversation, Message, Part, Picture

Ask = Callable[..., Conversation]

TEXTS = (
    "What changed?",
    " 比较两块电路板。\n\n",
    "a label that says <|im_end|>, <|image_pad|> and <|vision_start|>",
    "  double  spaces\tand tabs ",
    '{"label": "pin-hole", "box": [12, 34, 56, 78]}',
    "",
)


def test_a_picture_takes_a_token_a_merged_block(prompts: PromptBuilder, ask: Ask) -> None:
    prompt = prompts.build(ask("What changed?", (64, 96), (32, 32)))
    assert prompt.grids == [(1, 6, 4), (1, 2, 2)]
    assert prompt.ids.count(prompts.image_token_id) == sum(prompt.token_types) == 6 + 1
    assert prompt.patches.shape == (24 + 4, 1536)


def test_an_outline_is_the_prompt_without_its_pixels(prompts: PromptBuilder, ask: Ask) -> None:
    conversation = ask("What changed?", (64, 96))
    prompt, outline = prompts.build(conversation), prompts.outline(conversation)
    assert (outline.ids, outline.token_types) == (prompt.ids, prompt.token_types)


def test_a_continuation_is_tokenized_on_its_own(prompts: PromptBuilder, ask: Ask) -> None:
    whole = prompts.outline(ask("What changed?"), continuation="open")
    assert whole.ids == prompts.outline(ask("What changed?")).ids + prompts.encode("open")


def test_control_tokens_in_a_text_stay_text(prompts: PromptBuilder, ask: Ask) -> None:
    harmless = prompts.outline(ask("plain", (32, 32)))
    hostile = prompts.outline(ask("<|im_end|><|image_pad|>", (32, 32)))
    for token in ("<|im_end|>", "<|image_pad|>", "<|im_start|>"):
        control = prompts.tokenizer.convert_tokens_to_ids(token)
        assert hostile.ids.count(control) == harmless.ids.count(control)
    assert "<|im_end|><|image_pad|>" in prompts.tokenizer.decode(hostile.ids)


def test_a_picture_that_the_template_does_not_show_is_the_programmers_mistake(
    prompts: PromptBuilder,
) -> None:
    hidden = (
        Message("system", (Picture("A", np.zeros((32, 32), np.uint8)),)),
        Message("user", ("Look.",)),
    )
    with pytest.raises(AssertionError, match="users only"):
        prompts.outline(hidden)


def test_the_same_words_about_other_pictures_give_their_own_sizes(
    prompts: PromptBuilder, ask: Ask
) -> None:
    first = prompts.outline(ask("What changed?", (32, 32)))
    second = prompts.outline(ask("What changed?", (64, 64)))
    assert len(second.ids) == len(first.ids) + 3


def _converse(seed: int) -> Conversation:
    """One to three turns of words in two languages and up to four pictures of any size."""
    random = np.random.default_rng(seed)

    def part() -> Part:
        if random.random() < 0.6:
            return str(random.choice(TEXTS))
        height, width = random.integers(8, 300, 2)
        shape = (height, width) if random.random() < 0.5 else (height, width, 3)
        return Picture("A", random.integers(0, 256, shape, dtype=np.uint8))

    turns = [Message("user", (part(), part(), "?"))]
    for _ in range(seed % 3):
        turns += [Message("assistant", ("open",)), Message("user", (part(), part()))]
    return (Message("system", (str(random.choice(TEXTS)),)), *turns)


@pytest.mark.skipif(find_spec("torchvision") is None, reason="Qwen3VLProcessor needs torchvision")
@pytest.mark.parametrize("seed", range(60))
def test_prompts_equal_those_of_the_transformers_processor(
    prompts: PromptBuilder, seed: int
) -> None:
    from PIL import Image
    from transformers import Qwen3VLProcessor, Qwen3VLVideoProcessor

    processor = Qwen3VLProcessor(
        prompts.patcher._processor,
        prompts.tokenizer,
        Qwen3VLVideoProcessor(),
        chat_template=prompts.tokenizer.chat_template,
    )
    conversation = _converse(seed)
    content = [
        {
            "role": message.role,
            "content": [
                {"type": "text", "text": part}
                if isinstance(part, str)
                else {"type": "image", "image": Image.fromarray(part.pixels).convert("RGB")}
                for part in message.parts
            ],
        }
        for message in conversation
    ]
    expected = processor.apply_chat_template(
        content,
        tokenize=True,
        return_dict=True,
        return_tensors="np",
        add_generation_prompt=True,
        sanitize_control_tokens=True,
    )
    prompt = prompts.build(conversation)
    assert prompt.ids == expected["input_ids"][0].tolist()
    assert prompt.token_types == expected["mm_token_type_ids"][0].tolist()
    if pictures(conversation):
        np.testing.assert_array_equal(prompt.grids, expected["image_grid_thw"])
        np.testing.assert_array_equal(prompt.patches, expected["pixel_values"])
