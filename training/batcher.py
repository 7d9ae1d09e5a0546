"""A batch of samples as tensors: the system message once, then every sample's own part."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import pad
from transformers import Qwen3VLForConditionalGeneration

from foveal.models.prompt import Outline, PromptBuilder, pictures
from foveal.tools.image import size_of
from foveal.training.cells import truth_by_cell
from foveal.training.tasks import TESTED, Sample, picture_names
from foveal.training.views import BoardView

IGNORED = -100

_PAD_TO = 32
"""oneDNN builds a kernel for each new shape, which takes longer than the step itself."""


@dataclass(frozen=True, eq=False)
class Tensors:
    prefix: Tensor
    """Ids of the system message, 1 × p, padded on the left."""

    attended: Tensor
    """1 × (p + s), 0 where the left padding stands."""

    suffix: Tensor
    """Ids from there on, samples × s, padded."""

    targets: Tensor
    """The id to predict after each suffix position, or −100."""

    positions: Tensor
    """M-RoPE positions, 3 × 1 × (p + s), the same for every sample."""

    patches: Tensor
    grids: Tensor
    cells: Tensor
    """What each cell of the last picture shows, samples × cells."""

    tested_first: bool
    """Whether the tested picture is shown before its reference."""


class Sights(NamedTuple):
    """Pictures without a question."""

    patches: Tensor
    grids: Tensor
    cells: Tensor
    """What each cell shows, pictures × cells."""


class Batcher:
    def __init__(self, model: Qwen3VLForConditionalGeneration, builder: PromptBuilder) -> None:
        pad_token, end = builder.tokenizer.pad_token_id, builder.tokenizer.eos_token_id
        assert isinstance(pad_token, int), "the tokenizer pads with one token"
        assert isinstance(end, int), "the tokenizer ends answers with one token"
        self.builder = builder
        self._model, self._pad, self._end = model, pad_token, end

    def tensors(self, samples: Sequence[Sample]) -> Tensors:
        """All samples have the same instructions, and pictures of the same sizes."""
        outline = self.builder.outline(samples[0].conversation)
        start = _start_of_user(outline)
        filler = _padded(start) - start
        suffix, targets = self._suffixes(outline.ids[start:], samples)
        length = start + suffix.shape[1]
        shown = [pixels for sample in samples for pixels in pictures(sample.conversation)]
        patcher = self.builder.patcher
        return Tensors(
            prefix=torch.tensor([[self._pad] * filler + outline.ids[:start]]),
            attended=(torch.arange(filler + length) >= filler).long()[None],
            suffix=suffix,
            targets=targets,
            positions=pad(self._positions(outline, length), (filler, 0)),
            patches=torch.from_numpy(patcher.cut_all(shown)),
            grids=torch.tensor([list(grid) for grid in outline.grids] * len(samples)),
            cells=truth_by_cell(
                [sample.truths for sample in samples], outline.grids[-1], merge=patcher.merge
            ),
            tested_first=picture_names(samples[0].conversation)[0] == TESTED,
        )

    def seen(self, views: Sequence[BoardView]) -> Sights:
        """All of one size."""
        patcher = self.builder.patcher
        shown = [view.picture.pixels for view in views]
        grid = patcher.grid(size_of(shown[0]))
        cells = truth_by_cell([view.truths for view in views], grid, merge=patcher.merge)
        return Sights(
            torch.from_numpy(patcher.cut_all(shown)), torch.tensor([list(grid)] * len(views)), cells
        )

    def _suffixes(self, question: list[int], samples: Sequence[Sample]) -> tuple[Tensor, Tensor]:
        """The question with each sample's answer, and what is to be predicted after each id."""
        answers = [[*self.builder.encode(sample.answer), self._end] for sample in samples]
        length = _padded(len(question) + max(len(answer) for answer in answers))
        suffix = torch.full((len(answers), length), self._pad)
        targets = torch.full((len(answers), length), IGNORED)
        suffix[:, : len(question)] = torch.tensor(question)
        for row, answer in enumerate(answers):
            after = len(question) + len(answer)
            suffix[row, len(question) : after] = torch.tensor(answer)
            targets[row, len(question) - 1 : after - 1] = torch.tensor(answer)
        return suffix, targets

    def _positions(self, outline: Outline, length: int) -> Tensor:
        filler = length - len(outline.ids)
        ids = torch.tensor([outline.ids + [self._pad] * filler])
        types = torch.tensor([outline.token_types + [0] * filler])
        grids = torch.tensor([list(grid) for grid in outline.grids])
        positions: Tensor
        positions, _ = self._model.model.get_rope_index(
            ids, image_grid_thw=grids, mm_token_type_ids=types
        )
        return positions


def _start_of_user(outline: Outline) -> int:
    """Where the second message starts: what stands before is the same in all samples."""
    first = outline.ids[0]
    return outline.ids.index(first, 1)


def _padded(length: int) -> int:
    return -(-length // _PAD_TO) * _PAD_TO
