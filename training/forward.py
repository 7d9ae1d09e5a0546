"""One training step's forward pass: the instruction once, then every sample's pictures after it.

A batch shares its system message, so that is run for one row and its keys and values are shared,
gradients included. That is how the engine prefills too, and it leaves a third of the work.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, smooth_l1_loss
from transformers import DynamicCache, Qwen3VLForConditionalGeneration

from foveal.training.batcher import IGNORED, Sights, Tensors
from foveal.training.cells import Cells
from foveal.training.chunk import NONE, SHOWN
from foveal.training.copying import Copies

_END_WEIGHT = 0.1
"""Writing the end of an answer is learned at once and would hide the loss that matters."""

_NONE_WEIGHT = 0.3
"""Most cells show nothing."""

_CORNERS_WEIGHT = 4.0
_CORNERS_BETA = 0.02
"""Shares of a picture's side off which count less than their size."""


class CellHeads(nn.Module):
    """Says what each cell of the last picture shows, and where; trained along, not shipped.

    Once from the language model's states, and once from what the vision tower makes of the two
    pictures: that starts to learn at once, where the language loss alone sits on a plateau.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.language = nn.Linear(width, SHOWN + 4)
        self.vision = nn.Sequential(
            nn.Linear(3 * width, width), nn.GELU(), nn.Linear(width, SHOWN + 4)
        )

    def compared(self, reference: Tensor, tested: Tensor) -> Tensor:
        """Both samples × cells × width → samples × cells × (shown + 4 corners).

        A picture that stands alone is its own reference.
        """
        return self.vision(torch.cat([reference, tested, reference - tested], -1))  # type: ignore[no-any-return]  # torch types modules so


class Losses(NamedTuple):
    language: Tensor
    auxiliary: Tensor
    """Of naming what each cell of the last picture shows."""


class _States(NamedTuple):
    hidden: Tensor
    """Last hidden states of the suffix, samples × s × width."""

    features: list[Tensor]
    """What the vision tower makes of each picture, cells × width."""


def losses(model: Qwen3VLForConditionalGeneration, heads: CellHeads, tensors: Tensors) -> Losses:
    states = _forward(model, tensors)
    language = _language_loss(model, states.hidden, tensors.targets)
    if not states.features:
        return Losses(language, torch.zeros(()))
    seen = _last_picture(states.hidden, tensors, model.config.image_token_id)
    each = len(states.features) // len(tensors.suffix)
    pictures = [torch.stack(states.features[index % each :: each]) for index in tensors.compared]
    told = torch.stack([heads.language(seen), heads.compared(*pictures)]).float()
    return Losses(language, 2 * _cell_loss(told, tensors.cells))


def seeing_loss(model: Qwen3VLForConditionalGeneration, heads: CellHeads, sights: Sights) -> Tensor:
    """Of the vision tower alone."""
    features = model.model.get_image_features(sights.patches, sights.grids).pooler_output
    alone = torch.stack(list(features))
    return 2 * _cell_loss(heads.compared(alone, alone)[None].float(), sights.cells)


def copying_loss(model: Qwen3VLForConditionalGeneration, copies: Copies) -> Tensor:
    """Of the language model alone."""
    language, (rows, length) = model.model.language_model, copies.ids.shape
    output = language(
        inputs_embeds=language.embed_tokens(copies.ids),
        position_ids=torch.arange(length).expand(3, rows, -1),
        use_cache=False,
    )
    return _language_loss(model, output.last_hidden_state, copies.targets)


def answer_logits(model: Qwen3VLForConditionalGeneration, tensors: Tensors) -> Tensor:
    """Logits where the answer begins, samples × vocabulary."""
    first = (tensors.targets != IGNORED).int().argmax(1)
    hidden = _forward(model, tensors).hidden
    logits: Tensor = model.lm_head(hidden[torch.arange(len(first)), first])
    return logits.float()


def _language_loss(
    model: Qwen3VLForConditionalGeneration, hidden: Tensor, targets: Tensor
) -> Tensor:
    asked = targets != IGNORED
    logits, wanted = model.lm_head(hidden[asked]).float(), targets[asked]
    each = cross_entropy(logits, wanted, reduction="none")
    weight = torch.where(wanted == model.config.text_config.eos_token_id, _END_WEIGHT, 1.0)
    return (each * weight).sum() / weight.sum()


def _cell_loss(told: Tensor, cells: Cells) -> Tensor:
    """`told` heads × samples × cells × (shown + 4 corners)."""
    rarity = torch.ones(SHOWN)
    rarity[NONE] = _NONE_WEIGHT
    kinds = cells.kinds.expand(len(told), -1, -1)
    named = cross_entropy(told[..., :SHOWN].flatten(0, 2), kinds.flatten(), rarity)
    shows = kinds != NONE
    if not shows.any():
        return named
    corners = cells.corners.expand(len(told), -1, -1, -1)[shows]
    placed = smooth_l1_loss(told[..., SHOWN:][shows], corners, beta=_CORNERS_BETA)
    return named + _CORNERS_WEIGHT * placed


def _last_picture(hidden: Tensor, tensors: Tensors, image_token: int) -> Tensor:
    """Every sample shows as many pictures, though its text may put them elsewhere."""
    rows, cells = tensors.cells.kinds.shape
    at = (tensors.suffix == image_token).nonzero()[:, 1].reshape(rows, -1)[:, -cells:]
    return hidden[torch.arange(rows)[:, None], at]


def _forward(model: Qwen3VLForConditionalGeneration, tensors: Tensors) -> _States:
    language, length = model.model.language_model, tensors.prefix.shape[1]
    rows = len(tensors.suffix)
    embeddings = language.embed_tokens(tensors.suffix)
    features, shown = _shown(model, tensors, embeddings)
    output = language(
        position_ids=tensors.positions[:, :, length:].expand(-1, rows, -1),
        attention_mask=tensors.attended.expand(rows, -1),
        past_key_values=_shared_prefix(model, tensors, rows=rows),
        use_cache=True,
        **shown,
    )
    return _States(output.last_hidden_state, features)


def _shown(
    model: Qwen3VLForConditionalGeneration, tensors: Tensors, embeddings: Tensor
) -> tuple[list[Tensor], dict[str, Any]]:
    """What the vision tower makes of the pictures, and what the language model gets of it."""
    if not len(tensors.grids):
        return [], {"inputs_embeds": embeddings}
    seen = model.model.get_image_features(tensors.patches, tensors.grids)
    where = tensors.suffix == model.config.image_token_id
    features = torch.cat(list(seen.pooler_output)).to(embeddings.dtype)
    return list(seen.pooler_output), {
        "inputs_embeds": embeddings.masked_scatter(where[..., None], features),
        "visual_pos_masks": where,
        "deepstack_visual_embeds": [torch.cat(list(level)) for level in seen.deepstack_features],
    }


def _shared_prefix(
    model: Qwen3VLForConditionalGeneration, tensors: Tensors, *, rows: int
) -> DynamicCache:
    """Keys and values of the system message, run once and seen by every row."""
    language, length = model.model.language_model, tensors.prefix.shape[1]
    prefix = language(
        inputs_embeds=language.embed_tokens(tensors.prefix),
        position_ids=tensors.positions[:, :1, :length],
        attention_mask=tensors.attended[:, :length],
        past_key_values=DynamicCache(),
        use_cache=True,
    )
    shared = DynamicCache()
    for index, layer in enumerate(prefix.past_key_values.layers):
        keys, values = (state.expand(rows, -1, -1, -1) for state in (layer.keys, layer.values))
        shared.update(keys, values, index)
    return shared
