from pathlib import Path

import torch
from transformers import (
    AutoImageProcessor,
    AutoModelForImageTextToText,
    AutoTokenizer,
    PreTrainedTokenizerFast,
    Qwen3VLForConditionalGeneration,
)

from foveal.training import tiny

TEXT = 'Compare 3.14 mm, {"label": "open", "box": [12, 345, 6, 789]} 电路板断路。'


def test_text_in_both_languages_comes_back_from_its_tokens(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    ids = tokenizer.encode(TEXT, add_special_tokens=False)

    assert tokenizer.decode(ids) == TEXT
    assert len(tokenizer) <= tiny.VOCABULARY


def test_numbers_are_read_digit_by_digit(tokenizer: PreTrainedTokenizerFast) -> None:
    assert tokenizer.tokenize("789") == ["7", "8", "9"]


def test_plain_transformers_loads_what_was_saved(
    model: Qwen3VLForConditionalGeneration, tokenizer: PreTrainedTokenizerFast, tmp_path: Path
) -> None:
    tiny.save(tmp_path, model, tokenizer)

    loaded = AutoModelForImageTextToText.from_pretrained(tmp_path)
    weights = dict(loaded.named_parameters())
    assert AutoTokenizer.from_pretrained(tmp_path).encode(TEXT) == tokenizer.encode(TEXT)
    assert AutoImageProcessor.from_pretrained(tmp_path, backend="pil").patch_size == 16
    for name, weight in model.named_parameters():
        assert torch.equal(weights[name], weight.to(torch.bfloat16).to(weights[name].dtype))
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 25_000_000
