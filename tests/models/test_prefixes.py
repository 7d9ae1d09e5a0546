from collections.abc import Callable

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from foveal.models.prefixes import Layer, Prefixes, TokenKeys, shared_length, text_keys

TOKEN_BYTES = 8
"""Of `layers_of`: a key and a value of one float32 each."""

sequences = st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=12), min_size=1, max_size=12)


def layers_of(ids: list[int]) -> Callable[[int], list[Layer]]:
    """Keys that tell which tokens they are of, and values that tell how many stand before."""
    tokens = torch.tensor(ids, dtype=torch.float32)
    places = torch.arange(len(ids), dtype=torch.float32)
    whole = Layer(tokens.reshape(1, -1, 1), places.reshape(1, -1, 1))
    return lambda start: [Layer(*(part.clone() for part in whole.part(start)))]


def recalled(prefixes: Prefixes, ids: list[int]) -> list[int]:
    """The tokens that are known; their place is checked too."""
    known = prefixes.find(text_keys(ids))
    if not known.pieces:
        assert known.length == 0
        return []
    keys, values = (
        torch.cat([piece[0][part] for piece in known.pieces], dim=1).flatten() for part in (0, 1)
    )
    assert values.tolist() == list(range(known.length))
    return [int(key) for key in keys]


@given(sequences)
def test_the_longest_known_beginning_is_found(added: list[list[int]]) -> None:
    prefixes = Prefixes(budget=10**6)
    for count, ids in enumerate(added):
        expected = max(
            (shared_length(text_keys(ids), text_keys(other)) for other in added[:count]), default=0
        )
        assert recalled(prefixes, ids) == ids[:expected]
        prefixes.add(text_keys(ids), layers_of(ids))
        assert recalled(prefixes, ids) == ids


@given(sequences)
def test_what_sequences_share_is_held_once(added: list[list[int]]) -> None:
    prefixes = Prefixes(budget=10**6)
    for ids in added:
        prefixes.add(text_keys(ids), layers_of(ids))
    beginnings = {tuple(ids[:end]) for ids in added for end in range(1, len(ids) + 1)}
    assert prefixes.bytes == TOKEN_BYTES * len(beginnings)


@given(sequences, st.integers(0, 20))
def test_the_budget_holds_and_what_is_left_is_right(added: list[list[int]], tokens: int) -> None:
    prefixes = Prefixes(budget=TOKEN_BYTES * tokens)
    for ids in added:
        prefixes.add(text_keys(ids), layers_of(ids))
        assert prefixes.bytes <= prefixes.budget
    for ids in added:
        found = recalled(prefixes, ids)
        assert found == ids[: len(found)]


def test_what_was_not_used_for_longest_goes_first() -> None:
    prefixes = Prefixes(budget=TOKEN_BYTES * 4)
    for ids in ([1, 2], [3, 4]):
        prefixes.add(text_keys(ids), layers_of(ids))
    recalled(prefixes, [1, 2])

    prefixes.add(text_keys([5, 6]), layers_of([5, 6]))

    assert recalled(prefixes, [1, 2]) == [1, 2]
    assert recalled(prefixes, [3, 4]) == []


@given(sequences)
def test_what_is_forgotten_is_gone_but_for_what_others_begin_with(added: list[list[int]]) -> None:
    prefixes = Prefixes(budget=10**6)
    for ids in added:
        prefixes.add(text_keys(ids), layers_of(ids))
    gone, *others = added
    apart = [ids for ids in others if ids[: len(gone)] != gone and gone[: len(ids)] != ids]

    prefixes.forget(text_keys(gone))

    for ids in apart:
        assert recalled(prefixes, ids) == ids
    shared = [shared_length(text_keys(gone), text_keys(ids)) for ids in apart]
    assert len(recalled(prefixes, gone)) == max(shared, default=0)


@given(sequences)
def test_only_whole_blocks_are_known(added: list[list[int]]) -> None:
    block = 3
    prefixes = Prefixes(budget=10**6, block=block)

    def whole(ids: list[int]) -> list[int]:
        return ids[: len(ids) - len(ids) % block]

    for count, ids in enumerate(added):
        expected = max(
            (shared_length(text_keys(ids), text_keys(other)) for other in added[:count]), default=0
        )
        assert recalled(prefixes, ids) == whole(ids[:expected])
        prefixes.add(text_keys(ids), layers_of(whole(ids)))
        assert recalled(prefixes, ids) == whole(ids)
    blocks = {tuple(ids[:end]) for ids in added for end in range(block, len(ids) + 1, block)}
    assert prefixes.bytes == TOKEN_BYTES * block * len(blocks)


def test_a_picture_is_no_text() -> None:
    picture: TokenKeys = np.array([[7, 1]], np.int64)
    prefixes = Prefixes(budget=10**6)
    prefixes.add(text_keys([7]), layers_of([7]))
    assert prefixes.find(picture).length == 0
