"""The patch embedding as one matrix product.

Its convolution has a kernel as large as its stride, so each patch is a row times a matrix; on CPU
the convolution took over half of a training step. Same weights, state dict and numbers.
"""

from torch import Tensor, nn
from torch.nn.functional import linear

from foveal.models.qwen3_vl import PatchEmbedding, Qwen3VL


def use_linear_patches(model: Qwen3VL) -> None:
    """Swap the patch embedding of the vision tower, in place."""
    if isinstance(model.model.visual.patch_embed, PatchEmbedding):
        model.model.visual.patch_embed = LinearPatchEmbedding(model.model.visual.patch_embed)


class LinearPatchEmbedding(nn.Module):
    """Keeps the convolution for its weights only."""

    def __init__(self, original: PatchEmbedding) -> None:
        super().__init__()
        self.proj = original.proj

    def forward(self, patches: Tensor) -> Tensor:
        """`patches` [patches, channels x frames x height x width] → [patches, width]."""
        weight = self.proj.weight
        return linear(patches.to(weight.dtype), weight.flatten(1), self.proj.bias)
