"""One training step's forward pass: the instruction once, then every sample's pictures after it.

A batch shares its system message, so that is run for one row and its keys and values are shared,
gradients included. That is how the engine prefills too, and it leaves a third of the work.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from transformers import DynamicCache, Qwen3VLForConditionalGeneration

from foveal.training.batcher import IGNORED, Sights, Tensors
from foveal.training.chunk import NONE, SHOWN

_END_WEIGHT = 0.1
"""Writing the end of an answer is learned at once and would hide the loss that matters."""

_NONE_WEIGHT = 0.3
"""Most cells show nothing."""


class CellHeads(nn.Module):
    """Names what each cell of the last picture shows; trained along, not shipped.

    Once from the language model's states, and once from what the vision tower makes of the two
    pictures: that starts to learn at once, where the language loss alone sits on a plateau.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.language = nn.Linear(width, SHOWN)
        self.vision = nn.Sequential(nn.Linear(3 * width, width), nn.GELU(), nn.Linear(width, SHOWN))

    def compared(self, features: Tensor) -> Tensor:
        """`features` samples × pictures × cells × width → logits samples × cells × shown.

        A picture that stands alone is its own reference.
        """
        reference, tested = features[:, 0], features[:, -1]
        return self.vision(torch.cat([reference, tested, reference - tested], -1))  # type: ignore[no-any-return]  # torch types modules so


class Losses(NamedTuple):
    language: Tensor
    auxiliary: Tensor
    """Of naming what each cell of the last picture shows."""


class _States(NamedTuple):
    hidden: Tensor
    """Last hidden states of the suffix, samples × s × width."""

    features: Tensor
    """What the vision tower makes of all pictures, cells × width."""


def losses(model: Qwen3VLForConditionalGeneration, heads: CellHeads, tensors: Tensors) -> Losses:
    states = _forward(model, tensors)
    language = _language_loss(model, states.hidden, tensors.targets)
    seen = _last_picture(states.hidden, tensors, model.config.image_token_id)
    samples, cells = tensors.cells.shape
    pictures = states.features.reshape(samples, -1, cells, states.features.shape[-1])
    if tensors.tested_first:
        pictures = pictures.flip(1)
    told = torch.stack([heads.language(seen), heads.compared(pictures)]).float()
    return Losses(language, 2 * _cell_loss(told, tensors.cells))


def seeing_loss(model: Qwen3VLForConditionalGeneration, heads: CellHeads, sights: Sights) -> Tensor:
    """Of the vision tower alone."""
    features = model.model.get_image_features(sights.patches, sights.grids).pooler_output
    alone = torch.stack(list(features))[:, None]
    return 2 * _cell_loss(heads.compared(alone)[None].float(), sights.cells)


def answer_logits(model: Qwen3VLForConditionalGeneration, tensors: Tensors) -> Tensor:
    """Logits where the answer begins, samples × vocabulary."""
    first = int((tensors.targets[0] != IGNORED).nonzero()[0])
    logits: Tensor = model.lm_head(_forward(model, tensors).hidden[:, first])
    return logits.float()


def _language_loss(
    model: Qwen3VLForConditionalGeneration, hidden: Tensor, targets: Tensor
) -> Tensor:
    asked = targets != IGNORED
    logits, wanted = model.lm_head(hidden[asked]).float(), targets[asked]
    each = cross_entropy(logits, wanted, reduction="none")
    weight = torch.where(wanted == model.config.text_config.eos_token_id, _END_WEIGHT, 1.0)
    return (each * weight).sum() / weight.sum()


def _cell_loss(told: Tensor, cells: Tensor) -> Tensor:
    """`told` heads × samples × cells × shown."""
    rarity = torch.ones(SHOWN)
    rarity[NONE] = _NONE_WEIGHT
    wanted = cells.expand(len(told), -1, -1)
    return cross_entropy(told.flatten(0, 2), wanted.flatten(), rarity)


def _last_picture(hidden: Tensor, tensors: Tensors, image_token: int) -> Tensor:
    at = (tensors.suffix[0] == image_token).nonzero()[-tensors.cells.shape[1] :, 0]
    return hidden[:, at]


def _forward(model: Qwen3VLForConditionalGeneration, tensors: Tensors) -> _States:
    language, length = model.model.language_model, tensors.prefix.shape[1]
    seen = model.model.get_image_features(tensors.patches, tensors.grids)
    where = tensors.suffix == model.config.image_token_id
    embeddings = language.embed_tokens(tensors.suffix)
    features = torch.cat(list(seen.pooler_output)).to(embeddings.dtype)
    rows = len(tensors.suffix)
    output = language(
        inputs_embeds=embeddings.masked_scatter(where[..., None], features),
        position_ids=tensors.positions[:, :, length:].expand(-1, rows, -1),
        attention_mask=tensors.attended.expand(rows, -1),
        past_key_values=_shared_prefix(model, tensors, rows=rows),
        use_cache=True,
        visual_pos_masks=where,
        deepstack_visual_embeds=[torch.cat(list(level)) for level in seen.deepstack_features],
    )
    return _States(output.last_hidden_state, features)


def _shared_prefix(
    model: Qwen3VLForConditionalGeneration, tensors: Tensors, *, rows: int
) -> DynamicCache:
    """Keys and values of the system message, run once and seen by every row."""
    language, length = model.model.language_model, tensors.prefix.shape[1]
    prefix = language(
        inputs_embeds=language.embed_tokens(tensors.prefix),
        position_ids=tensors.positions[:, :, :length],
        attention_mask=tensors.attended[:, :length],
        past_key_values=DynamicCache(),
        use_cache=True,
    )
    shared = DynamicCache()
    for index, layer in enumerate(prefix.past_key_values.layers):
        keys, values = (state.expand(rows, -1, -1, -1) for state in (layer.keys, layer.values))
        shared.update(keys, values, index)
    return shared
