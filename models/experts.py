"""The experts of a mixture, one matrix product each, for weights that are quantised.

transformers cuts an expert out of one tensor at every use, which torchao's weights do not allow
while inference mode is on, and its grouped kernels do not take them at all.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from foveal.models.qwen3_vl import Experts, Qwen3VL


def split_experts(model: Qwen3VL) -> None:
    """Swap the experts of every layer, in place; a dense model has none."""
    for layer in model.model.language_model.layers:
        if isinstance(getattr(layer.mlp, "experts", None), Experts):
            layer.mlp.experts = SplitExperts(layer.mlp.experts)


class SplitExperts(nn.Module):
    """Takes over the weights of the experts it replaces."""

    def __init__(self, original: Experts) -> None:
        super().__init__()
        self.gate_up_proj, self.down_proj = original.gate_up_proj, original.down_proj
        self.act_fn = original.act_fn
        one_each = range(len(original.gate_up_proj))
        self._gate_up = [original.gate_up_proj[expert] for expert in one_each]
        self._down = [original.down_proj[expert] for expert in one_each]

    def forward(self, states: Tensor, chosen: Tensor, weights: Tensor) -> Tensor:
        """`states` [tokens, width]; `chosen` and `weights` [tokens, experts a token]."""
        mixed = torch.zeros_like(states)
        for expert in sorted(set(chosen.flatten().tolist())):
            tokens, ranks = torch.where(chosen == expert)
            gate, up = linear(states[tokens], self._gate_up[expert]).chunk(2, dim=-1)
            answer = linear(self.act_fn(gate) * up, self._down[expert])
            answer = answer * weights[tokens, ranks, None]
            mixed.index_add_(0, tokens, answer.to(mixed.dtype))
        return mixed
