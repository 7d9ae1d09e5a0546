"""Small checkpoints on a CPU: products in bf16, everything between them in float32."""

import torch
from torch import nn

from foveal.models.qwen3_vl import Qwen3VL


def narrow_matrices(model: Qwen3VL) -> None:
    """Keep the matrices as autocast would make them anew at every pass, in place.

    Of the embeddings, which are the vocabulary's matrix too, float32 is kept.
    """
    for module in model.modules():
        if isinstance(module, nn.Linear) and module is not model.lm_head:
            module.to(torch.bfloat16)
