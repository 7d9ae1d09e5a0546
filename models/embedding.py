"""What the language model is given: words embedded, pictures in their places."""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import torch
from torch import Tensor

from foveal.models.features import Features
from foveal.models.qwen3_vl import Qwen3VL
from foveal.models.spans import Span


class Inputs(TypedDict):
    """Arguments of transformers' Qwen3VLTextModel."""

    inputs_embeds: Tensor
    visual_pos_masks: NotRequired[Tensor]
    deepstack_visual_embeds: NotRequired[list[Tensor]]


def embedded(
    model: Qwen3VL, ids: Tensor, spans: Sequence[Span], features: Mapping[bytes, Features]
) -> Inputs:
    """`ids` [rows, padded tokens]; `features` of the pictures that the spans show."""
    words: Tensor = model.model.language_model.embed_tokens(ids)
    if not features:
        return {"inputs_embeds": words}
    where = torch.zeros(ids.shape, dtype=torch.bool)
    for flags, span in zip(where, spans, strict=True):
        flags[: span.end - span.start] = torch.from_numpy(span.is_image)
    where = where.to(ids.device)
    seen = [
        features[span.row.digests[shown.picture]].part(shown.start, shown.end)
        for span in spans
        for shown in span.shown()
    ]
    pictures = torch.cat([part.embeddings for part in seen]).to(words.dtype)
    return {
        "inputs_embeds": words.masked_scatter(where[..., None], pictures),
        "visual_pos_masks": where,
        "deepstack_visual_embeds": [
            torch.cat(level) for level in zip(*(part.deepstack for part in seen), strict=True)
        ],
    }
