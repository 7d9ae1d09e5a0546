"""From the name of a model to an engine that runs it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import torch
from safetensors import SafetensorError
from transformers import (
    AutoImageProcessor,
    AutoModelForImageTextToText,
    AutoTokenizer,
    PreTrainedTokenizerFast,
)
from transformers.utils import logging

from foveal.models.checkpoint import COPY, Files
from foveal.models.engine import Checkpoint, Engine
from foveal.models.experts import split_experts
from foveal.models.lora import add_lora
from foveal.models.mixed_precision import narrow_matrices
from foveal.models.patch_embedding import use_linear_patches
from foveal.models.quantisation import quantised
from foveal.models.qwen3_vl import Qwen3VL
from foveal.models.scheduler import REPEATABLE, USUAL_LIMITS
from foveal.models.source import Source, find_source
from foveal.models.spread import join_devices
from foveal.models.vision_attention import batch_images
from foveal.schemas.errors import BadModel
from foveal.schemas.loading import Loading

SMALL_BYTES = 2_000_000_000
"""Up to this size a bf16 checkpoint runs on CPU from float32 weights; beyond, as it is stored."""

AS_IT_IS = Loading()


def load_model(name: str, loading: Loading = AS_IT_IS) -> Engine:
    """`tiny`, a folder, or a hub name of a Qwen3-VL checkpoint, dense or a mixture of experts.

    `auto` takes an accelerator where there is one, and the checkpoint's own precision; on CPU a
    small bf16 checkpoint keeps float32 weights and does its matrix products in bf16.
    """
    source = find_source(name, loading)
    place = _device(loading.device)
    with _without_progress_bars():
        checkpoint = _load(source, place)
    mixed = _may_mix(loading, place) and _is_small_bf16(checkpoint.model, source.files)
    if mixed:
        checkpoint.model.float()
    if source.lora is not None:
        model = add_lora(checkpoint.model, source.lora, merge=loading.quantisation is None)
        checkpoint = replace(checkpoint, model=model)
    if loading.device_map is not None:
        join_devices(checkpoint.model, name=name)
    if loading.quantisation is not None:
        _leave_file(checkpoint.model)
        split_experts(checkpoint.model)
    batch_images(checkpoint.model)
    use_linear_patches(checkpoint.model)
    autocast = mixed and _multiplies_bf16()
    if autocast:
        narrow_matrices(checkpoint.model)
    return Engine(
        checkpoint, autocast=autocast, limits=REPEATABLE if loading.repeatable else USUAL_LIMITS
    )


def _load(source: Source, place: torch.device) -> Checkpoint:
    files = source.files
    try:
        return Checkpoint(
            name=files.name,
            revision=source.revision,
            model=_load_weights(source, place),
            tokenizer=_load_tokenizer(files),
            image_processor=AutoImageProcessor.from_pretrained(
                files.folder,
                local_files_only=True,
                backend="pil",  # the same numbers with and without torchvision
            ),
        )
    except torch.OutOfMemoryError as error:
        raise BadModel(
            f"{files.name!r} does not fit on {place}",
            fix="quantise it, spread it over several accelerators, or use a smaller model",
        ) from error
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise BadModel(f"{files.name!r} cannot be loaded ({error})", fix=COPY) from error


def _load_tokenizer(files: Files) -> PreTrainedTokenizerFast:
    tokenizer = AutoTokenizer.from_pretrained(
        files.folder,
        local_files_only=True,
        model_max_length=10**30,  # the engine measures prompts itself, and with their pictures
    )
    assert isinstance(tokenizer, PreTrainedTokenizerFast)
    beside = files.folder / "chat_template.json"
    if tokenizer.chat_template is None and beside.is_file():  # where Qwen publishes it as well
        tokenizer.chat_template = json.loads(beside.read_text(encoding="utf-8"))["chat_template"]
    if tokenizer.chat_template is None:
        raise BadModel(f"{files.name!r} has no chat template", fix=COPY)
    return tokenizer


def _load_weights(source: Source, place: torch.device) -> Qwen3VL:
    files, loading = source.files, source.loading
    quantisation = loading.quantisation
    model, found = AutoModelForImageTextToText.from_pretrained(
        files.folder,
        dtype=loading.dtype,
        device_map=loading.device_map or {"": place},
        local_files_only=True,
        use_safetensors=True,
        output_loading_info=True,
        quantization_config=None if quantisation is None else quantised(quantisation, place),
    )
    if found["missing_keys"]:  # transformers would go on with random numbers in their place
        raise BadModel(
            f"{files.name!r} lacks weights, e.g. {min(found['missing_keys'])!r}", fix=COPY
        )
    return model


def _leave_file(model: Qwen3VL) -> None:
    """Copies what was not quantised, so that the file it is mapped from leaves memory."""
    for weight in model.parameters():
        if type(weight.data) is torch.Tensor and weight.device.type == "cpu":
            weight.data = weight.data.clone()


def _device(name: str) -> torch.device:
    found = torch.accelerator.current_accelerator(check_available=True)
    if name == "auto":
        return found or torch.device("cpu")
    try:
        return torch.zeros(1, device=name).device
    except (RuntimeError, AssertionError) as error:
        raise BadModel(f"there is no device {name!r} here", fix="use auto or cpu") from error


def _may_mix(loading: Loading, place: torch.device) -> bool:
    return loading.dtype == "auto" and loading.quantisation is None and place.type == "cpu"


def _is_small_bf16(model: Qwen3VL, files: Files) -> bool:
    return model.dtype == torch.bfloat16 and files.bytes <= SMALL_BYTES


def _multiplies_bf16() -> bool:
    """Without these instructions bf16 is slower than float32."""
    has = torch.cpu.get_capabilities()
    return bool(has.get("amx_bf16") or has.get("avx512_bf16"))


@contextmanager
def _without_progress_bars() -> Iterator[None]:
    """A model is one of many steps; the caller shows progress."""
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()
