"""A LoRA adapter, as peft saves it, added to the model it was trained on."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from foveal.models.checkpoint import COPY, read_json, sha256
from foveal.models.extras import require
from foveal.schemas.errors import BadModel

if TYPE_CHECKING:  # an adapter is looked up before torch is imported
    from peft import PeftModel

    from foveal.models.qwen3_vl import Qwen3VL

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"

ITS_MODEL = "use the model that the adapter was trained on"

READ_DIRECTLY = ("lm_head", "embed_tokens", "patch_embed")
"""Layers whose weights foveal multiplies by itself, so that an adapter beside them goes unheard."""


@dataclass(frozen=True)
class Lora:
    folder: Path

    @cached_property
    def revision(self) -> str:
        """SHA-256 over its settings and its weights, since both change the answers."""
        return sha256([self.folder / CONFIG, self.folder / WEIGHTS])


def find_lora(path: str) -> Lora:
    require("peft", purpose="a LoRA adapter", extra="lora")
    folder = Path(path).expanduser()
    for file in (CONFIG, WEIGHTS):
        if not (folder / file).is_file():
            raise BadModel(
                f"{path!r} has no {file}", fix="give the folder of a LoRA adapter saved by peft"
            )
    kind = read_json(folder / CONFIG).get("peft_type")
    if kind != "LORA":
        raise BadModel(f"{path!r} is an adapter of type {kind!r}", fix="use a LoRA adapter")
    return Lora(folder)


def add_lora(model: "Qwen3VL", lora: Lora, *, merge: bool) -> "Qwen3VL":
    """Merged it costs no time; quantised weights cannot take it up, so it stays beside them."""
    from safetensors import SafetensorError

    try:
        adapted = _adapt(model, lora)
        whole: Qwen3VL = adapted.merge_and_unload() if merge else adapted.base_model.model
    except (OSError, TypeError, ValueError, RuntimeError, SafetensorError) as error:
        raise BadModel(f"{str(lora.folder)!r} cannot be added ({error})", fix=ITS_MODEL) from error
    return whole


def _adapt(model: "Qwen3VL", lora: Lora) -> "PeftModel":
    import peft

    config = peft.LoraConfig.from_pretrained(str(lora.folder))
    config.inference_mode = True
    weights = peft.load_peft_weights(str(lora.folder), device="cpu")
    _check_layers(weights, lora)
    with warnings.catch_warnings():
        # peft 0.21 asks transformers 5.23 for a property by its old name
        warnings.simplefilter("ignore", FutureWarning)
        adapted = peft.PeftModel(model, config)
    found = peft.set_peft_model_state_dict(adapted, weights)
    strange = [*found.unexpected_keys, *(name for name in found.missing_keys if "lora_" in name)]
    if strange:
        raise BadModel(
            f"{str(lora.folder)!r} does not fit the model, e.g. {min(strange)!r}", fix=ITS_MODEL
        )
    return adapted


def _check_layers(weights: Mapping[str, object], lora: Lora) -> None:
    if not weights:
        raise BadModel(f"{str(lora.folder)!r} holds no weights", fix=COPY)
    for name in sorted(weights):
        for layer in READ_DIRECTLY:
            if f".{layer}." in name:
                raise BadModel(
                    f"{str(lora.folder)!r} adapts {layer!r}, which foveal does not support",
                    fix="train the adapter on the layers between, or merge it into the checkpoint",
                )
