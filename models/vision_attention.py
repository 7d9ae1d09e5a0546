"""Qwen3-VL's vision attention over a batch of images instead of one image after another.

transformers calls the attention kernel once an image and layer; crops of one size fit one call.
Weights, names in the state dict and numbers stay the same, and gradients flow.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention
from transformers.models.qwen3_vl.modeling_qwen3_vl import apply_rotary_pos_emb_vision

from foveal.models.qwen3_vl import Qwen3VL, VisionAttention

States = tuple[Tensor, Tensor, Tensor]
"""Query, key and value, each [patches of all images, heads, head width]."""


def batch_images(model: Qwen3VL) -> None:
    """Swap the attention of every vision block, in place."""
    for block in model.model.visual.blocks:
        if isinstance(block.attn, VisionAttention):
            block.attn = BatchedVisionAttention(block.attn)


class BatchedVisionAttention(nn.Module):
    """Takes over the layers of the attention it replaces."""

    def __init__(self, original: VisionAttention) -> None:
        super().__init__()
        self.qkv, self.proj = original.qkv, original.proj
        self.num_heads, self.scaling = original.num_heads, original.scaling

    def forward(
        self,
        hidden_states: Tensor,
        cu_seqlens: Tensor,
        position_embeddings: tuple[Tensor, Tensor],
        **_: object,
    ) -> Tensor:
        """`hidden_states` [patches of all images, width]; `cu_seqlens` where each image starts."""
        qkv = self.qkv(hidden_states).unflatten(1, (3, self.num_heads, -1))
        query, key, value = qkv.unbind(1)
        query, key = apply_rotary_pos_emb_vision(query, key, *position_embeddings)
        attended = self._attend_by_size((query, key, value), cu_seqlens)
        return self.proj(attended.flatten(1))  # type: ignore[no-any-return]  # torch types modules so

    def _attend_by_size(self, states: States, cu_seqlens: Tensor) -> Tensor:
        """Images of equal size share a kernel call."""
        lengths = cu_seqlens.diff()
        sizes = sorted(set(lengths.tolist()))
        if len(sizes) == 1:
            return self._attend(states, sizes[0])
        query, key, value = states
        owner = lengths.repeat_interleave(lengths)
        rows = [torch.nonzero(owner == size).squeeze(1) for size in sizes]
        attended = [
            self._attend((query[row], key[row], value[row]), size)
            for row, size in zip(rows, sizes, strict=True)
        ]
        return torch.cat(attended)[torch.cat(rows).argsort()]

    def _attend(self, states: States, size: int) -> Tensor:
        query, key, value = (
            state.reshape(-1, size, *state.shape[1:]).transpose(1, 2) for state in states
        )
        attended = scaled_dot_product_attention(query, key, value, scale=self.scaling)
        return attended.transpose(1, 2).flatten(0, 1)
