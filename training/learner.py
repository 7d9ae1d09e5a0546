from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn
from transformers import PreTrainedTokenizerBase, Qwen3VLForConditionalGeneration

from foveal.models.prompt import PromptBuilder
from foveal.training import tiny
from foveal.training.averaging import Average
from foveal.training.batcher import Batcher
from foveal.training.copying import Copies
from foveal.training.forward import CellHeads, copying_loss, losses, seeing_loss
from foveal.training.sample import Sample
from foveal.training.views import BoardView
from foveal.training.workers import share_gradients

_AUXILIARY_WEIGHT = 0.5
_LARGEST_GRADIENT = 1.0
_DECAY = 0.05


class Lost(NamedTuple):
    language: float
    auxiliary: float


class Learner:
    """The model in training, and everything that a checkpoint must bring back."""

    def __init__(
        self, model: Qwen3VLForConditionalGeneration, tokenizer: PreTrainedTokenizerBase
    ) -> None:
        self.model = model
        self.batcher = Batcher(model, PromptBuilder(tokenizer, tiny.image_processor()))
        self.average = Average(model.parameters())
        self.step = 0
        self._heads = CellHeads(model.config.text_config.hidden_size)
        self._parameters = [*model.parameters(), *self._heads.parameters()]
        self._optimizers = optimizers(_inner_matrices(model), self._parameters)

    def learn(self, samples: Sequence[Sample], *, rate: float) -> Lost:
        tensors = self.batcher.tensors(samples)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            lost = losses(self.model, self._heads, tensors)
        self._follow(lost.language + _AUXILIARY_WEIGHT * lost.auxiliary, rate=rate)
        return Lost(float(lost.language.detach()), float(lost.auxiliary.detach()))

    def see(self, views: Sequence[BoardView], *, rate: float) -> Lost:
        """Learn what views show from the vision tower alone, at a third of a question's cost."""
        sights = self.batcher.seen(views)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            lost = seeing_loss(self.model, self._heads, sights)
        self._follow(_AUXILIARY_WEIGHT * lost, rate=rate)
        return Lost(0.0, float(lost.detach()))

    def copy(self, copies: Copies, *, rate: float) -> Lost:
        """Learn to say again what was said, from the language model alone."""
        with torch.autocast("cpu", dtype=torch.bfloat16):
            lost = copying_loss(self.model, copies)
        self._follow(lost, rate=rate)
        return Lost(float(lost.detach()), 0.0)

    def _follow(self, loss: Tensor, *, rate: float) -> None:
        """One step down the gradient that all workers share."""
        torch.autograd.backward(loss)
        share_gradients(self._parameters)
        nn.utils.clip_grad_norm_(self._parameters, _LARGEST_GRADIENT)
        for optimizer in self._optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.step()
            optimizer.zero_grad()
        self.average.follow(self.step)
        self.step += 1

    def save(self, path: Path, *, seconds: float) -> None:
        """`seconds` is the time spent so far, over all runs."""
        state = {
            "model": self.model.state_dict(),
            "head": self._heads.state_dict(),
            "average": self.average.values,
            "optimizers": [optimizer.state_dict() for optimizer in self._optimizers],
            "step": self.step,
            "seconds": seconds,
        }
        partial = path.with_suffix(".partial")
        torch.save(state, partial)
        partial.rename(path)

    def restore(self, path: Path) -> float:
        """Gives back `seconds`."""
        state = torch.load(path, weights_only=True)
        self.model.load_state_dict(state["model"])
        self._heads.load_state_dict(state["head"])
        self.average.restore(state["average"])
        for optimizer, known in zip(self._optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(known)
        self.step = state["step"]
        return float(state["seconds"])


def optimizers(
    matrices: Sequence[nn.Parameter], parameters: Sequence[nn.Parameter]
) -> list[torch.optim.Optimizer]:
    """Muon (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon) for the matrices.

    AdamW for the rest. Updates are scaled alike (Liu et al. 2025, arXiv:2502.16982), so that both
    take one learning rate. In 400 steps AdamW alone gets as far as this does in 150.
    """
    taken = set(map(id, matrices))
    rest = [parameter for parameter in parameters if id(parameter) not in taken]
    return [
        torch.optim.Muon(matrices, weight_decay=_DECAY, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(rest, betas=(0.9, 0.98), weight_decay=_DECAY, fused=True),
    ]


def _inner_matrices(model: Qwen3VLForConditionalGeneration) -> list[nn.Parameter]:
    """Of linear layers between the embeddings and the vocabulary."""
    return [
        module.get_parameter("weight")
        for module in model.modules()
        if isinstance(module, nn.Linear) and module is not model.lm_head
    ]
