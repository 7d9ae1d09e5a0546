"""A batch of samples as tensors: what all begin with once, then every sample's own part."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import pad
from transformers import Qwen3VLForConditionalGeneration

from foveal.models.prompt import Outline, PromptBuilder, pictures
from foveal.tools.image import size_of
from foveal.training.cells import Cells, truth_by_cell
from foveal.training.sample import TESTED, Sample, picture_names
from foveal.training.views import BoardView

IGNORED = -100

_PAD_TO = 32
"""oneDNN builds a kernel for each new shape, which takes longer than the step itself."""


@dataclass(frozen=True, eq=False)
class Tensors:
    prefix: Tensor
    """Ids that all samples begin with, 1 × p, padded on the left."""

    attended: Tensor
    """1 × (p + s), 0 where the left padding stands."""

    suffix: Tensor
    """Ids from there on, samples × s, padded."""

    targets: Tensor
    """The id to predict after each suffix position, or −100."""

    positions: Tensor
    """M-RoPE positions, 3 × samples × (p + s), or 3 × 1 × (p + s) where all have the same."""

    patches: Tensor
    grids: Tensor
    cells: Cells
    """What the last picture of each sample shows where; no cells without pictures."""

    compared: tuple[int, int]
    """Which picture of each sample is the reference and which is tested; the last is both where
    nothing is compared.
    """


class Sights(NamedTuple):
    """Pictures without a question."""

    patches: Tensor
    grids: Tensor
    cells: Cells


class Batcher:
    def __init__(self, model: Qwen3VLForConditionalGeneration, builder: PromptBuilder) -> None:
        pad_token, end = builder.tokenizer.pad_token_id, builder.tokenizer.eos_token_id
        assert isinstance(pad_token, int), "the tokenizer pads with one token"
        assert isinstance(end, int), "the tokenizer ends answers with one token"
        self.builder = builder
        self._model, self._pad, self._end = model, pad_token, end

    def tensors(self, samples: Sequence[Sample]) -> Tensors:
        """All samples show pictures of the same sizes."""
        outlines = [self.builder.outline(sample.conversation) for sample in samples]
        start = self._shared(outlines)
        filler = _padded(start) - start
        suffix, targets = self._suffixes([known.ids[start:] for known in outlines], samples)
        length = start + suffix.shape[1]
        shown = [pixels for sample in samples for pixels in pictures(sample.conversation)]
        patcher = self.builder.patcher
        return Tensors(
            prefix=torch.tensor([[self._pad] * filler + outlines[0].ids[:start]]),
            attended=(torch.arange(filler + length) >= filler).long()[None],
            suffix=suffix,
            targets=targets,
            positions=pad(self._positions(_distinct(outlines), length), (filler, 0)),
            patches=torch.from_numpy(patcher.cut_all(shown)),
            grids=torch.tensor([list(grid) for known in outlines for grid in known.grids]),
            cells=self._cells(outlines, samples),
            compared=_compared(picture_names(samples[0].conversation)),
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

    def _suffixes(
        self, questions: Sequence[list[int]], samples: Sequence[Sample]
    ) -> tuple[Tensor, Tensor]:
        """Each question with its answer, and what is to be predicted after each id."""
        answers = [[*self.builder.encode(sample.answer), self._end] for sample in samples]
        rows = list(zip(questions, answers, strict=True))
        length = _padded(max(len(question) + len(answer) for question, answer in rows))
        suffix = torch.full((len(rows), length), self._pad)
        targets = torch.full((len(rows), length), IGNORED)
        for row, (question, answer) in enumerate(rows):
            asked, after = len(question), len(question) + len(answer)
            suffix[row, :after] = torch.tensor([*question, *answer])
            targets[row, asked - 1 : after - 1] = torch.tensor(answer)
        return suffix, targets

    def _shared(self, outlines: Sequence[Outline]) -> int:
        """How many ids all begin with, before the first picture and before a question ends."""
        image = self._model.config.image_token_id
        rows = [known.ids for known in outlines]
        shared = takewhile(
            lambda ids: len(set(ids)) == 1 and ids[0] != image, zip(*rows, strict=False)
        )
        return min(sum(1 for _ in shared), *(len(ids) - 1 for ids in rows))

    def _cells(self, outlines: Sequence[Outline], samples: Sequence[Sample]) -> Cells:
        if not outlines[0].grids:
            return Cells.none(len(samples))
        merge = self.builder.patcher.merge
        return truth_by_cell(
            [known.truths for known in samples], outlines[0].grids[-1], merge=merge
        )

    def _positions(self, outlines: Sequence[Outline], length: int) -> Tensor:
        def filled(values: list[int], filler: int) -> list[int]:
            return values + [filler] * (length - len(values))

        grids = [list(grid) for known in outlines for grid in known.grids]
        positions: Tensor
        positions, _ = self._model.model.get_rope_index(
            torch.tensor([filled(known.ids, self._pad) for known in outlines]),
            image_grid_thw=torch.tensor(grids) if grids else None,
            mm_token_type_ids=torch.tensor([filled(known.token_types, 0) for known in outlines]),
        )
        return positions


def _distinct(outlines: Sequence[Outline]) -> Sequence[Outline]:
    """One for all where they ask the same: positions depend on nothing else."""
    first = outlines[0]
    return [first] if all(known.ids == first.ids for known in outlines) else outlines


def _compared(names: list[str]) -> tuple[int, int]:
    if TESTED not in names:
        return -1, -1
    tested = names.index(TESTED)
    return 1 - tested, tested


def _padded(length: int) -> int:
    return -(-length // _PAD_TO) * _PAD_TO
