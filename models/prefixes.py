"""What the language model has already read, to go on from: a tree of keys and values.

Conversations that begin alike share what they begin with, so a system message is read once for all
inputs, a further turn costs its own tokens only, and branches cost what they do not share. The idea
is RadixAttention's (Zheng et al. 2024, arXiv:2312.07104).
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

TokenKeys = NDArray[np.int64]
"""[tokens, 2]: what each token is. Of a text its id and 0; of a picture 128 bits of its hash."""


class Layer(NamedTuple):
    """Keys and values of one layer, each [heads, tokens, width]."""

    keys: Tensor
    values: Tensor

    def part(self, start: int, end: int | None = None) -> "Layer":
        return Layer(self.keys[:, start:end], self.values[:, start:end])


Layers = Sequence[Layer]


def token_keys(
    ids: Sequence[int],
    is_image: NDArray[np.bool_],
    pictures: Sequence[bytes],
    cells: Sequence[int],
) -> TokenKeys:
    """`pictures` are hashes over all that decides how each is seen, `cells` its tokens."""
    keys = text_keys(ids)
    if pictures:
        words = np.frombuffer(b"".join(picture[:16] for picture in pictures), np.int64)
        keys[is_image] = np.repeat(words.reshape(-1, 2), cells, axis=0)
    return keys


def text_keys(ids: Sequence[int]) -> TokenKeys:
    return np.stack([np.array(ids, np.int64), np.zeros(len(ids), np.int64)], axis=1)


def blocks(keys: TokenKeys, size: int) -> TokenKeys:
    """A key for each whole block of so many tokens: 128 bits of a hash over its tokens."""
    if size == 1:
        return keys
    starts = range(0, len(keys) - size + 1, size)
    hashes = [sha256(keys[start : start + size].tobytes()).digest()[:16] for start in starts]
    return np.frombuffer(b"".join(hashes), np.int64).reshape(-1, 2)


def shared_length(one: TokenKeys, other: TokenKeys) -> int:
    """How many tokens both begin with."""
    length = min(len(one), len(other))
    differs = (one[:length] != other[:length]).any(axis=1)
    return int(differs.argmax()) if differs.any() else length


@dataclass(eq=False)
class _Node:
    keys: TokenKeys
    layers: Layers
    parent: "_Node | None"
    children: dict[tuple[int, int], "_Node"] = field(default_factory=dict)

    @property
    def bytes(self) -> int:
        return sum(part.nbytes for layer in self.layers for part in layer)

    @property
    def first(self) -> tuple[int, int]:
        return int(self.keys[0, 0]), int(self.keys[0, 1])


@dataclass(frozen=True, eq=False)
class Known:
    """The beginning of a token sequence that was read before."""

    length: int
    pieces: tuple[Layers, ...]
    """One after another."""


class Prefixes:
    """Holds at most `budget` bytes; what was not used for longest goes first."""

    def __init__(self, *, budget: int, block: int = 1) -> None:
        """A tree of blocks of so many tokens: less than a whole one is neither kept nor found."""
        self.budget, self.bytes = budget, 0
        self._block = block
        self._root = _Node(np.zeros((0, 2), np.int64), (), None)
        self._used: OrderedDict[_Node, None] = OrderedDict()
        """A node stands before the one it hangs on, so the first is always a leaf."""

    def find(self, keys: TokenKeys) -> Known:
        """The longest known beginning."""
        path, length = self._walk(blocks(keys, self._block))
        pieces, start = [], 0
        for node in path:
            tokens = (length - start) * self._block
            pieces.append([layer.part(0, tokens) for layer in node.layers])
            start += len(node.keys)
        self._touch(path)
        return Known(length * self._block, tuple(pieces))

    def add(self, keys: TokenKeys, layers: Callable[[int], Layers]) -> None:
        """`layers` copies those of all tokens from one on: what is known is not kept twice."""
        keys = blocks(keys, self._block)
        path, length = self._walk(keys)
        if length < len(keys):
            at = self._split(path, length)
            leaf = _Node(keys[length:], layers(length * self._block), at)
            at.children[leaf.first] = leaf
            path = [*self._path(at), leaf]
            self.bytes += leaf.bytes
        self._touch(path)
        self._shrink()

    def forget(self, keys: TokenKeys) -> None:
        """Drop these tokens and what goes on from them, but for what others begin with."""
        keys = blocks(keys, self._block)
        path, length = self._walk(keys)
        if length < len(keys) or not path:
            return
        at = path[-1]
        for node in [*_below(at), *reversed(path)]:
            if not node.children:
                self._drop(node)

    def clear(self) -> None:
        self.bytes = 0
        self._used.clear()
        self._root.children.clear()

    def _walk(self, keys: TokenKeys) -> tuple[list[_Node], int]:
        """Nodes along the keys, the last one perhaps in part, and how many tokens they cover."""
        node, path, length = self._root, [], 0
        while length < len(keys):
            first = int(keys[length, 0]), int(keys[length, 1])
            child = node.children.get(first)
            if child is None:
                break
            shared = shared_length(child.keys, keys[length:])
            path.append(child)
            length += shared
            if shared < len(child.keys):
                break
            node = child
        return path, length

    def _split(self, path: Sequence[_Node], length: int) -> _Node:
        """The node that ends after `length` tokens, made by cutting the last one where needed."""
        if not path:
            return self._root
        last = path[-1]
        inside = length - sum(len(node.keys) for node in path[:-1])
        if inside == len(last.keys):
            return last
        cut = inside * self._block
        head = _Node(last.keys[:inside], _copied(last.layers, 0, cut), last.parent)
        assert last.parent is not None
        last.parent.children[head.first] = head
        last.keys, last.layers = last.keys[inside:], _copied(last.layers, cut, None)
        last.parent, head.children = head, {last.first: last}
        return head

    def _path(self, node: _Node) -> list[_Node]:
        path = []
        at: _Node | None = node
        while at is not None and at is not self._root:
            path.append(at)
            at = at.parent
        return path[::-1]

    def _touch(self, path: Sequence[_Node]) -> None:
        for node in reversed(path):
            self._used[node] = None
            self._used.move_to_end(node)

    def _shrink(self) -> None:
        while self.bytes > self.budget:
            self._drop(next(iter(self._used)))

    def _drop(self, leaf: _Node) -> None:
        assert not leaf.children, "only leaves are dropped"
        assert leaf.parent is not None
        del leaf.parent.children[leaf.first]
        del self._used[leaf]
        self.bytes -= leaf.bytes


def _below(node: _Node) -> list[_Node]:
    """Everything under a node, leaves first."""
    return [found for child in node.children.values() for found in [*_below(child), child]]


def _copied(layers: Layers, start: int, end: int | None) -> list[Layer]:
    """On their own, so that dropping one part frees it."""
    return [Layer(*(part.clone() for part in layer.part(start, end))) for layer in layers]
