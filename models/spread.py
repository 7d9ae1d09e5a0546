"""A model whose layers lie on several devices, placed there by accelerate."""

from accelerate.hooks import AlignDevicesHook, add_hook_to_module

from foveal.models.qwen3_vl import Qwen3VL
from foveal.schemas.errors import BadModel


def join_devices(model: Qwen3VL, *, name: str) -> None:
    """States come back to where tokens go in, and the head waits for them there.

    Raises BadModel where layers lie outside the devices that compute, to be moved at every use:
    a run would take hours.
    """
    places = {str(place) for place in getattr(model, "hf_device_map", {}).values()}
    if len(places) > 1 and places & {"cpu", "disk"}:
        raise BadModel(
            f"{name!r} does not fit on the accelerators here",
            fix="quantise it, or use a smaller model",
        )
    if len(places) > 1:
        first = AlignDevicesHook(execution_device=model.device, io_same_device=True)
        add_hook_to_module(model.model, first, append=True)
        model.lm_head.to(model.device)
