"""What this machine and this installation offer, and whether the model sees."""

import platform
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

import numpy as np

from foveal.model_choice import ModelChoice
from foveal.models.served.model import ServedModel
from foveal.sight import check_sight, draw

FAST = ("avx2", "avx512_f", "avx512_bf16", "amx_bf16")
"""Instructions that decide how long a model takes on a CPU."""

LIBRARIES = ("transformers", "llguidance", "langgraph", "opencv-python-headless", "pillow")

EXTRAS = {"torchao": "quantisation", "peft": "lora", "ray": "ray"}


class Fact(NamedTuple):
    name: str
    value: str


def examine(model: ModelChoice, progress: Callable[[str], None]) -> Iterator[Fact]:
    """A fact as soon as it is known; raises FovealError where the model is not there or blind."""
    progress("Importing torch")
    yield from _software()
    load = model.find(fresh=True)
    progress("Loading the model")
    loaded = load()
    yield Fact("model", f"{loaded.name}, revision {loaded.revision}")
    if isinstance(loaded, ServedModel):
        yield from _server(loaded)
    progress("Showing it digits")
    shown = draw(np.random.default_rng())
    read = check_sight(loaded, shown)
    yield Fact("sight", f"read {read} of {len(shown)} drawn digits")


def _server(model: ServedModel) -> Iterator[Fact]:
    known, can = model.identity, model.abilities
    yield Fact("server", f"{known.base_url}, version {known.version or 'not told'}")
    yield Fact(
        "schemas", "held to while it writes" if can.schemas else "not held to: checked, repaired"
    )
    told = f"probabilities of the {can.listed} likeliest tokens"
    yield Fact("choices", told if can.listed else "answers alone, without probabilities")
    yield Fact("boxes", f"in {model.coordinates.unit}s")


def _software() -> Iterator[Fact]:
    yield Fact("foveal", version("foveal"))
    yield Fact("python", f"{platform.python_version()} on {platform.platform()}")
    yield from _torch()
    for library in LIBRARIES:
        yield Fact(library, version(library))
    for library, extra in EXTRAS.items():
        yield Fact(library, _extra(library, extra))


def _extra(library: str, extra: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return f"not installed (pip install 'foveal[{extra}]')"


def _torch() -> Iterator[Fact]:
    import torch

    yield Fact("torch", f"{torch.__version__}, {_build(torch.version.cuda, torch.version.hip)}")
    accelerator = torch.accelerator.current_accelerator(check_available=True)
    yield Fact("device", str(accelerator or "cpu"))
    yield Fact("threads", str(torch.get_num_threads()))
    capabilities = torch.cpu.get_capabilities()
    fast = [name for name in FAST if capabilities.get(name)]
    yield Fact("processor", f"{platform.machine()} {' '.join(fast)}".rstrip())


def _build(cuda: str | None, hip: str | None) -> str:
    if cuda:
        return f"built for CUDA {cuda}"
    return f"built for ROCm {hip}" if hip else "built for CPU"
