import json
import shutil
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForImageTextToText, Qwen3VLMoeForConditionalGeneration

from foveal.models.engine import Engine
from foveal.models.load import _multiplies_bf16, load_model
from foveal.models.patch_embedding import LinearPatchEmbedding
from foveal.models.protocol import (
    ChooseRequest,
    Conversation,
    JsonSchema,
    Message,
    VisionLanguageModel,
    WriteRequest,
)
from foveal.models.vision_attention import BatchedVisionAttention
from foveal.schemas.errors import BadModel
from foveal.schemas.loading import Loading
from foveal.schemas.precision import Dtype

Ask = Callable[..., Conversation]

FINDING = {
    "type": "object",
    "properties": {"label": {"enum": ["open", "short"]}, "box": {"const": [1, 2, 3, 4]}},
    "required": ["label", "box"],
    "additionalProperties": False,
}
QUESTION = ChooseRequest((Message("user", ("What changed?",)),), ("open", "short"))


@pytest.fixture
def copy(checkpoint: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(checkpoint, tmp_path / "copy"))


@pytest.fixture
def bf16_copy(copy: Path) -> Path:
    weights = load_file(copy / "model.safetensors")
    halved = {name: weight.bfloat16() for name, weight in weights.items()}
    save_file(halved, copy / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((copy / "config.json").read_text())
    for part in (config, config["text_config"], config["vision_config"]):
        part["dtype"] = "bfloat16"
    (copy / "config.json").write_text(json.dumps(config))
    return copy


def test_an_engine_answers_by_the_protocol(checkpoint: Path) -> None:
    model: VisionLanguageModel = load_model(str(checkpoint))
    assert model.name == str(checkpoint)
    assert len(model.revision) == 64
    assert set(model.choose([QUESTION])[0].probabilities) == {"open", "short"}


def test_the_vision_tower_runs_in_batches(engine: Engine) -> None:
    visual = engine._runner.model.model.visual
    assert isinstance(visual.patch_embed, LinearPatchEmbedding)
    assert all(isinstance(block.attn, BatchedVisionAttention) for block in visual.blocks)


def test_loading_says_nothing(checkpoint: Path, capfd: pytest.CaptureFixture[str]) -> None:
    load_model(str(checkpoint))
    assert capfd.readouterr() == ("", "")


def test_a_small_bf16_checkpoint_computes_between_products_in_float32_on_cpu(
    bf16_copy: Path,
) -> None:
    mixed = load_model(str(bf16_copy), Loading(device="cpu"))
    language = mixed._runner.model.model.language_model
    assert language.embed_tokens.weight.dtype == language.norm.weight.dtype == torch.float32
    narrow = torch.bfloat16 if _multiplies_bf16() else torch.float32
    assert language.layers[0].mlp.up_proj.weight.dtype == narrow
    exact = load_model(str(bf16_copy), Loading(device="cpu", dtype="float32"))
    (found,), (expected,) = mixed.choose([QUESTION]), exact.choose([QUESTION])
    assert found.probabilities == pytest.approx(expected.probabilities, abs=0.05)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_precision_that_is_asked_for_is_kept(checkpoint: Path, dtype: Dtype) -> None:
    engine = load_model(str(checkpoint), Loading(device="cpu", dtype=dtype))
    assert engine._runner.model.dtype == getattr(torch, dtype)
    assert sum(engine.choose([QUESTION])[0].probabilities.values()) == pytest.approx(1)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_mixture_of_experts_chooses_and_writes_as_a_dense_model_does(
    mixture: Path, ask: Ask, dtype: Dtype
) -> None:
    engine = load_model(str(mixture), Loading(device="cpu", dtype=dtype))
    conversation = ask("What changed?", (64, 96), (32, 32))
    (choice,) = engine.choose([ChooseRequest(conversation, ("open", "short"))])
    (reply,) = engine.write([WriteRequest(conversation, grammar=JsonSchema(FINDING))])
    assert isinstance(engine._runner.model, Qwen3VLMoeForConditionalGeneration)
    assert sum(choice.probabilities.values()) == pytest.approx(1)
    assert reply.finish == "stop"
    jsonschema.validate(json.loads(reply.text), FINDING)


def test_a_mixture_of_experts_writes_what_transformers_generates(mixture: Path, ask: Ask) -> None:
    engine = load_model(str(mixture), Loading(device="cpu"))
    plain = AutoModelForImageTextToText.from_pretrained(mixture)
    conversation = ask("What changed?", (64, 96), (32, 32))
    prompt = engine.prompts.build(conversation)
    written = plain.generate(
        input_ids=torch.tensor([prompt.ids]),
        attention_mask=torch.ones(1, len(prompt.ids), dtype=torch.long),
        mm_token_type_ids=torch.tensor([prompt.token_types]),
        pixel_values=torch.from_numpy(prompt.patches),
        image_grid_thw=torch.tensor(prompt.grids),
        do_sample=False,
        max_new_tokens=16,
    )
    (reply,) = engine.write([WriteRequest(conversation, max_new_tokens=16)])
    assert reply.text == engine._decode(written[0, len(prompt.ids) :].tolist())


def test_experts_are_read_in_the_layout_that_qwen_publishes(mixture: Path, tmp_path: Path) -> None:
    """[experts, in, out], where transformers 5 keeps and saves [experts, out, in]."""
    published = Path(shutil.copytree(mixture, tmp_path / "published"))
    weights = load_file(published / "model.safetensors")
    turned = {
        name: weight.transpose(1, 2).contiguous() if ".experts." in name else weight
        for name, weight in weights.items()
    }
    save_file(turned, published / "model.safetensors", metadata={"format": "pt"})
    (expected,) = load_model(str(mixture)).choose([QUESTION])
    (found,) = load_model(str(published)).choose([QUESTION])
    assert found.probabilities == pytest.approx(expected.probabilities, abs=1e-6)


def test_a_processor_saved_whole_is_read_too(copy: Path) -> None:
    """As `Qwen3VLProcessor.save_pretrained` of transformers 5 does."""
    settings = json.loads((copy / "preprocessor_config.json").read_text())
    (copy / "preprocessor_config.json").unlink()
    whole = {"processor_class": "Qwen3VLProcessor", "image_processor": settings}
    (copy / "processor_config.json").write_text(json.dumps(whole))
    assert load_model(str(copy)).adapter.fit((5000, 5000)) == (512, 512)


def test_truncated_weights_are_refused(copy: Path) -> None:
    weights = (copy / "model.safetensors").read_bytes()
    (copy / "model.safetensors").write_bytes(weights[: len(weights) // 2])
    with pytest.raises(BadModel, match=r"cannot be loaded .*: copy or download the whole"):
        load_model(str(copy))


def test_weights_that_lack_a_part_are_refused_rather_than_made_up(copy: Path) -> None:
    weights = load_file(copy / "model.safetensors")
    del weights["model.visual.merger.linear_fc1.weight"]
    save_file(weights, copy / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(BadModel, match=r"lacks weights, e\.g\. 'model\.visual\.merger"):
        load_model(str(copy))


def test_weights_of_another_shape_are_refused(copy: Path) -> None:
    weights = load_file(copy / "model.safetensors")
    weights["model.visual.merger.linear_fc1.weight"] = torch.zeros(3, 3)
    save_file(weights, copy / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(BadModel, match="cannot be loaded"):
        load_model(str(copy))


def test_a_chat_template_may_stand_in_its_own_json(copy: Path) -> None:
    template = copy / "chat_template.jinja"
    (copy / "chat_template.json").write_text(json.dumps({"chat_template": template.read_text()}))
    template.unlink()
    assert load_model(str(copy)).choose([QUESTION])


def test_a_checkpoint_without_a_chat_template_is_refused(copy: Path) -> None:
    (copy / "chat_template.jinja").unlink()
    with pytest.raises(BadModel, match="has no chat template"):
        load_model(str(copy))


@pytest.mark.parametrize(
    "device",
    [
        "toaster",
        "cuda:99",
        pytest.param("cuda", marks=pytest.mark.skipif(torch.cuda.is_available(), reason="is here")),
    ],
)
def test_a_device_that_is_not_there_is_refused(checkpoint: Path, device: str) -> None:
    with pytest.raises(BadModel, match=f"there is no device '{device}' here: use auto or cpu"):
        load_model(str(checkpoint), Loading(device=device))


def test_a_device_map_places_a_model_that_answers_the_same(checkpoint: Path) -> None:
    (expected,) = load_model(str(checkpoint), Loading(device="cpu")).choose([QUESTION])
    (found,) = load_model(str(checkpoint), Loading(device_map="auto")).choose([QUESTION])
    assert found.probabilities == pytest.approx(expected.probabilities, abs=1e-6)
