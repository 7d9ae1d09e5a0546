from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import nn
from transformers import PreTrainedTokenizerBase, Qwen3VLForConditionalGeneration

from foveal.models.prompt import PromptBuilder
from foveal.training import tiny
from foveal.training.averaging import Average
from foveal.training.batcher import Batcher
from foveal.training.forward import CellHeads, losses
from foveal.training.tasks import Sample
from foveal.training.workers import share_gradients

_AUXILIARY_WEIGHT = 0.5
_LARGEST_GRADIENT = 1.0


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
        self._optimizer = torch.optim.AdamW(
            self._parameters, betas=(0.9, 0.98), weight_decay=0.05, fused=True
        )

    def learn(self, samples: Sequence[Sample], *, rate: float) -> Lost:
        tensors = self.batcher.tensors(samples)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            lost = losses(self.model, self._heads, tensors)
        torch.autograd.backward(lost.language + _AUXILIARY_WEIGHT * lost.auxiliary)
        share_gradients(self._parameters)
        nn.utils.clip_grad_norm_(self._parameters, _LARGEST_GRADIENT)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        self._optimizer.step()
        self._optimizer.zero_grad()
        self.average.follow(self.step)
        self.step += 1
        return Lost(float(lost.language.detach()), float(lost.auxiliary.detach()))

    def save(self, path: Path, *, seconds: float) -> None:
        """`seconds` is the time spent so far, over all runs."""
        state = {
            "model": self.model.state_dict(),
            "head": self._heads.state_dict(),
            "average": self.average.values,
            "optimizer": self._optimizer.state_dict(),
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
        self._optimizer.load_state_dict(state["optimizer"])
        self.step = state["step"]
        return float(state["seconds"])
