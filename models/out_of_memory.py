from traceback import clear_frames

import torch

from foveal.models.prompt import Outline
from foveal.schemas.errors import BadModel


def is_out_of_memory(error: Exception) -> bool:
    """torch has a type for accelerators only; on CPU its allocator raises a RuntimeError."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and "can't allocate memory" in str(error)


def let_go(error: Exception) -> None:
    """Of what the failed calls hold, which a second try needs."""
    clear_frames(error.__traceback__)


def too_large(outline: Outline, error: Exception) -> BadModel:
    found = BadModel(
        f"there is no memory for a prompt of {len(outline.ids)} tokens",
        fix="show fewer or smaller pictures, or use a smaller model or dtype",
    )
    found.__cause__ = error
    return found
