import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import Qwen3VLMoeConfig, Qwen3VLMoeForConditionalGeneration

from foveal.models.engine import Engine
from foveal.models.load import Dtype, load_model
from foveal.models.patch_embedding import LinearPatchEmbedding
from foveal.models.protocol import ChooseRequest, Message, VisionLanguageModel
from foveal.models.vision_attention import BatchedVisionAttention
from foveal.schemas.errors import BadModel

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


def test_a_small_bf16_checkpoint_keeps_float32_weights_on_cpu(bf16_copy: Path) -> None:
    mixed = load_model(str(bf16_copy), device="cpu")
    assert mixed._runner.model.dtype == torch.float32
    exact = load_model(str(bf16_copy), device="cpu", dtype="float32")
    (found,), (expected,) = mixed.choose([QUESTION]), exact.choose([QUESTION])
    assert found.probabilities == pytest.approx(expected.probabilities, abs=0.05)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_precision_that_is_asked_for_is_kept(checkpoint: Path, dtype: Dtype) -> None:
    engine = load_model(str(checkpoint), device="cpu", dtype=dtype)
    assert engine._runner.model.dtype == getattr(torch, dtype)
    assert sum(engine.choose([QUESTION])[0].probabilities.values()) == pytest.approx(1)


def test_a_mixture_of_experts_runs_the_same_way(copy: Path) -> None:
    config = json.loads((copy / "config.json").read_text()) | {"model_type": "qwen3_vl_moe"}
    config["text_config"] |= {
        "model_type": "qwen3_vl_moe_text",
        "num_experts": 4,
        "num_experts_per_tok": 2,
        "moe_intermediate_size": 32,
    }
    config["vision_config"] |= {"model_type": "qwen3_vl_moe_vision"}
    torch.manual_seed(0)
    Qwen3VLMoeForConditionalGeneration(Qwen3VLMoeConfig(**config)).save_pretrained(copy)
    engine = load_model(str(copy))
    attention = engine._runner.model.model.visual.blocks[0].attn
    assert isinstance(attention, BatchedVisionAttention)
    assert sum(engine.choose([QUESTION])[0].probabilities.values()) == pytest.approx(1)


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


def test_a_device_that_is_not_there_is_refused(checkpoint: Path) -> None:
    with pytest.raises(BadModel, match="there is no device 'toaster' here: use auto or cpu"):
        load_model(str(checkpoint), device="toaster")


def test_an_unknown_precision_is_refused(checkpoint: Path) -> None:
    with pytest.raises(BadModel, match=r"there is no dtype 'int3': use one of auto, float32"):
        load_model(str(checkpoint), dtype="int3")  # type: ignore[arg-type]  # what a person may type
