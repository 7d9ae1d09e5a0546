"""Pictures as the language model sees them, each encoded once and kept by what it shows."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

import torch
from torch import Tensor

from foveal.models.patches import Patcher
from foveal.models.protocol import Pixels
from foveal.models.qwen3_vl import Qwen3VL

PATCHES_AT_ONCE = 16_384
"""Bounds the memory that encoding takes."""


class Features(NamedTuple):
    """What the vision tower makes of one picture."""

    embeddings: Tensor
    """[tokens, width], in place of the picture's tokens."""

    deepstack: tuple[Tensor, ...]
    """[tokens, width] each, added to the first layers' states."""

    @property
    def bytes(self) -> int:
        return sum(part.nbytes for part in (self.embeddings, *self.deepstack))

    def part(self, start: int, end: int) -> "Features":
        """Of these tokens."""
        deepstack = tuple(level[start:end] for level in self.deepstack)
        return Features(self.embeddings[start:end], deepstack)


def picture_key(pixels: Pixels) -> bytes:
    """Over mode, size and pixels: bytes that are equal in another shape are another picture.

    Model and image processor stand for themselves, since each engine has a store of its own.
    """
    return sha256(f"{pixels.shape}".encode() + pixels.tobytes()).digest()


class FeatureStore:
    """Holds at most `budget` bytes; what was not used for longest goes first."""

    def __init__(
        self, model: Qwen3VL, patcher: Patcher, *, budget: int, at_once: int = PATCHES_AT_ONCE
    ) -> None:
        """Pictures of `at_once` patches are encoded in one pass, and at least one picture."""
        self._model, self._patcher, self._at_once = model, patcher, at_once
        self.budget, self.bytes = budget, 0
        self._known: OrderedDict[bytes, Features] = OrderedDict()

    def __contains__(self, key: bytes) -> bool:
        return key in self._known

    def of(self, pictures: Mapping[bytes, Pixels]) -> dict[bytes, Features]:
        """By their keys; those that are not known are encoded, as many at once as fit."""
        found = {key: self._known[key] for key in pictures if key in self._known}
        for keys in self._batches([key for key in pictures if key not in found], pictures):
            found |= zip(keys, self._encode([pictures[key] for key in keys]), strict=True)
        for key in pictures:
            self._keep(key, found[key])
        return found

    def clear(self) -> None:
        self.bytes = 0
        self._known.clear()

    def _batches(self, keys: list[bytes], pictures: Mapping[bytes, Pixels]) -> list[list[bytes]]:
        groups: list[list[bytes]] = []
        room = 0
        for key in keys:
            height, width = pictures[key].shape[:2]
            patches = self._patcher.grid((width, height)).patches
            if not groups or patches > room:
                groups.append([])
                room = self._at_once
            groups[-1].append(key)
            room -= patches
        return groups

    def _encode(self, pictures: Sequence[Pixels]) -> list[Features]:
        device = self._model.device
        grids = [self._patcher.grid((seen.shape[1], seen.shape[0])) for seen in pictures]
        seen = self._model.model.get_image_features(
            torch.as_tensor(self._patcher.cut_all(pictures), device=device),
            torch.tensor(grids, device=device),
        )
        levels = zip(*seen.deepstack_features, strict=True)
        return [
            Features(embeddings.clone(), tuple(level.clone() for level in deepstack))
            for embeddings, deepstack in zip(seen.pooler_output, levels, strict=True)
        ]

    def _keep(self, key: bytes, features: Features) -> None:
        if key not in self._known:
            self.bytes += features.bytes
        self._known[key] = features
        self._known.move_to_end(key)
        while self.bytes > self.budget:
            _, dropped = self._known.popitem(last=False)
            self.bytes -= dropped.bytes
