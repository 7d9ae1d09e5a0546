import json
import shutil
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForImageTextToText

from foveal.models.checkpoint import find_checkpoint
from foveal.models.load import load_model
from foveal.models.protocol import ChooseRequest, Conversation, WriteRequest
from foveal.models.source import find_source
from foveal.schemas.errors import BadModel
from foveal.schemas.loading import Loading

Ask = Callable[..., Conversation]

pytestmark = [
    pytest.mark.skipif(not find_spec("peft"), reason="peft is not installed"),
    # peft 0.21 asks transformers 5.23 for a property by its old name
    pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning"),
]

LAYERS = ["q_proj", "v_proj", "down_proj", "qkv", "linear_fc1"]
ANSWERS = ("open", "short", "pin-hole")


def train(checkpoint: Path, folder: Path, *layers: str) -> Path:
    """An adapter with random weights, saved as peft saves a trained one."""
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(r=4, target_modules=list(layers), init_lora_weights=False)
    torch.manual_seed(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a fixture does not get the filters of a test
        model = get_peft_model(AutoModelForImageTextToText.from_pretrained(checkpoint), config)
        model.save_pretrained(folder, save_embedding_layers=False)
    return folder


@pytest.fixture(scope="module")
def lora(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(checkpoint, tmp_path_factory.mktemp("lora"), *LAYERS)


@pytest.fixture
def copy(lora: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(lora, tmp_path / "copy"))


def merged(checkpoint: Path, lora: Path, folder: Path) -> Path:
    """A checkpoint into which peft alone has merged the adapter."""
    from peft import PeftModel

    shutil.copytree(checkpoint, folder)
    plain = AutoModelForImageTextToText.from_pretrained(checkpoint)
    PeftModel.from_pretrained(plain, lora).merge_and_unload().save_pretrained(folder)
    return folder


def test_an_adapter_answers_as_the_merged_checkpoint_does(
    checkpoint: Path, lora: Path, tmp_path: Path, ask: Ask
) -> None:
    whole = load_model(str(merged(checkpoint, lora, tmp_path / "merged")), Loading(device="cpu"))
    adapted = load_model(str(checkpoint), Loading(device="cpu", lora=str(lora)))
    plain = load_model(str(checkpoint), Loading(device="cpu"))
    question = ChooseRequest(ask("What changed?", (64, 96)), ANSWERS)
    task = WriteRequest(question.conversation, max_new_tokens=12)
    (expected,), (found,), (before,) = (e.choose([question]) for e in (whole, adapted, plain))
    assert found.probabilities == pytest.approx(expected.probabilities, abs=1e-4)
    assert found.probabilities != pytest.approx(before.probabilities, abs=0.01)
    assert adapted.write([task])[0].text == whole.write([task])[0].text


@pytest.mark.skipif(not find_spec("torchao"), reason="torchao is not installed")
def test_an_adapter_stays_beside_quantised_weights(checkpoint: Path, lora: Path, ask: Ask) -> None:
    question = ChooseRequest(ask("What changed?", (64, 96)), ANSWERS)
    exact = load_model(str(checkpoint), Loading(device="cpu", lora=str(lora)))
    quantised = load_model(
        str(checkpoint), Loading(device="cpu", lora=str(lora), quantisation="int8")
    )
    (expected,), (found,) = exact.choose([question]), quantised.choose([question])
    assert found.probabilities == pytest.approx(expected.probabilities, abs=0.05)


@pytest.mark.parametrize("file", ["adapter_config.json", "adapter_model.safetensors"])
def test_the_revision_follows_every_file_of_the_adapter(
    checkpoint: Path, copy: Path, file: str
) -> None:
    plain = find_checkpoint(str(checkpoint)).revision
    loading = Loading(lora=str(copy))
    before = find_source(str(checkpoint), loading).revision
    (copy / file).write_bytes((copy / file).read_bytes() + b" ")
    after = find_source(str(checkpoint), loading).revision
    assert before.startswith(f"{plain}+lora-")
    assert after.startswith(f"{plain}+lora-")
    assert before != after


def test_an_engine_is_named_by_the_adapter_too(checkpoint: Path, lora: Path) -> None:
    loading = Loading(device="cpu", lora=str(lora))
    expected = find_source(str(checkpoint), loading).revision
    assert load_model(str(checkpoint), loading).revision == expected


@pytest.mark.parametrize("file", ["adapter_config.json", "adapter_model.safetensors"])
def test_a_missing_file_is_named(checkpoint: Path, copy: Path, file: str) -> None:
    (copy / file).unlink()
    with pytest.raises(BadModel, match=f"has no {file}: give the folder of a LoRA adapter"):
        find_source(str(checkpoint), Loading(lora=str(copy)))


def test_an_adapter_of_another_kind_is_refused(checkpoint: Path, copy: Path) -> None:
    (copy / "adapter_config.json").write_text(json.dumps({"peft_type": "IA3"}))
    with pytest.raises(BadModel, match="adapter of type 'IA3': use a LoRA adapter"):
        find_source(str(checkpoint), Loading(lora=str(copy)))


@pytest.mark.parametrize("damage", ["renamed", "reshaped", "incomplete", "empty", "truncated"])
def test_weights_that_do_not_fit_are_refused(checkpoint: Path, copy: Path, damage: str) -> None:
    file = copy / "adapter_model.safetensors"
    weights = load_file(file)
    name = min(weights)
    weight = weights.pop(name)
    changed = {
        "renamed": weights | {name.replace("layers.0", "layers.7"): weight},
        "reshaped": weights | {name: torch.zeros(3, 3)},
        "incomplete": weights,
        "empty": {},
        "truncated": weights,
    }[damage]
    save_file(changed, file)
    if damage == "truncated":
        file.write_bytes(file.read_bytes()[:500])
    with pytest.raises(BadModel, match=str(copy)):
        load_model(str(checkpoint), Loading(device="cpu", lora=str(copy)))


def test_an_adapter_on_a_layer_that_is_read_directly_is_refused(
    checkpoint: Path, tmp_path: Path
) -> None:
    folder = train(checkpoint, tmp_path, "q_proj", "embed_tokens")
    with pytest.raises(BadModel, match="adapts 'embed_tokens', which foveal does not support"):
        load_model(str(checkpoint), Loading(device="cpu", lora=str(folder)))
